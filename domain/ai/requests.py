"""Requests to a language model: who asks for what, with which texts, and which shape the answer must have."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from enum import Enum
from typing import Any, Generic, TypeVar

from domain.accounts.users import Role
from domain.entities import entity
from domain.ids import UserId

T = TypeVar("T")


class Purpose(Enum):
    """What a language model is asked for."""

    ROADMAP = "ROADMAP"
    QUIZ = "QUIZ"
    TOPICS = "TOPICS"
    EXPLANATION = "EXPLANATION"
    CHAT = "CHAT"
    TITLE = "TITLE"
    SUGGESTIONS = "SUGGESTIONS"
    SECTIONS = "SECTIONS"


class Speaker(Enum):
    """Who said a turn of a conversation: the learner, or the author, which is the language model."""

    LEARNER = "LEARNER"
    AUTHOR = "AUTHOR"


@entity
class Turn:
    """One turn of a conversation."""

    speaker: Speaker
    text: str


@entity
class AiRequest:
    """A request to a language model.

    `roles` are those of the caller, which decide the quota. `prompt` is the name of a prompt, `values` are what the
    platform itself puts into it, and `quoted` are texts of users, which go in as quoted data and never as
    instructions; both have exactly the names that the prompt declares. `turns` are the conversation before the
    request, oldest first. Without a `model` the default of the purpose answers. `longest` bounds the answer, in tokens.
    """

    caller_id: UserId
    roles: frozenset[Role]
    purpose: Purpose
    prompt: str
    longest: int
    values: Mapping[str, str | int] = field(default_factory=dict)
    quoted: Mapping[str, str] = field(default_factory=dict)
    turns: Sequence[Turn] = ()
    model: str | None = None


def no_findings(_: Any) -> list[str]:
    """Find nothing wrong."""
    return []


@entity
class OutputShape(Generic[T]):
    """The shape of an answer.

    `read` makes the value of the answer's JSON, and raises ValueError that says what is wrong, in words that a language
    model can act on. `schema` is the JSON Schema that providers get. `check` returns what is wrong by the rules of
    the platform, an empty list if nothing is.
    """

    read: Callable[[Any], T]
    schema: Mapping[str, Any]
    check: Callable[[T], list[str]] = no_findings
