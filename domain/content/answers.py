"""Answers: what a learner gives to a question, and how each of its fields is sent, stored and shown."""

from collections.abc import Callable
from dataclasses import field
from decimal import Decimal
from enum import Enum
from typing import Any, get_origin

from domain.entities import entity
from domain.ids import OptionId


@entity
class Option:
    """One of the answers to choose from; its id does not depend on whether it is right."""

    id: OptionId
    text: str


@entity
class MatchingPrompt:
    """What an option has to be found for; numbered from 1, in the author's order."""

    number: int
    text: str


class BlankKind(Enum):
    """What fills a blank."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    OPTION = "OPTION"


@entity
class Blank:
    """A gap in a prompt, where `[[1]]` stands for the first one; `options` are those to choose from, or none."""

    number: int
    takes: BlankKind
    options: list[Option] = field(default_factory=list)


@entity
class Pair:
    """The option that was given to a prompt."""

    prompt: int
    option: OptionId


@entity
class FilledBlank:
    """What was put into a blank: an option where it has options, else a text."""

    number: int
    text: str | None = None
    option: OptionId | None = None


@entity
class Answer:
    """What was answered; exactly the field of the question's kind is set."""

    options: list[OptionId] | None = None
    truth: bool | None = None
    text: str | None = None
    number: Decimal | None = None
    pairs: list[Pair] | None = None
    order: list[OptionId] | None = None
    blanks: list[FilledBlank] | None = None


@entity
class SlotAnswer:
    """An answer as its learner sees it again; a number is written in decimal, with all its digits."""

    options: list[OptionId] | None = None
    truth: bool | None = None
    text: str | None = None
    number: str | None = None
    pairs: list[Pair] | None = None
    order: list[OptionId] | None = None
    blanks: list[FilledBlank] | None = None


def as_it_is(value: Any) -> Any:
    """Return the value: the conversion of a field that needs none."""
    return value


@entity
class AnswerField:
    """A field of `Answer`, of the same `name` in `SlotAnswer` and in the schema.

    `wire` is the type that clients send and see, described by `sent` and `seen`; `at_most` is the maximum of a list.
    `read` reads what a client sent, and raises InvalidInputError; `show` writes it for the client, None included;
    `store` and `load` convert to and from JSON.
    """

    name: str
    wire: Any
    sent: str
    seen: str
    at_most: int | None = None
    read: Callable[[Any], Any] = as_it_is
    show: Callable[[Any], Any] = as_it_is
    store: Callable[[Any], Any] = as_it_is
    load: Callable[[Any], Any] = as_it_is

    @property
    def wire_class(self) -> type:
        """The class of a value as it is sent: `list` for a list of ids."""
        sent: type = get_origin(self.wire) or self.wire
        return sent
