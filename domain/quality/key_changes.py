"""Key changes: whether two versions of a question grade alike, and an answer to one as an answer to the other.

Each version has option ids of its own. Options of equal text stand for each other; an option that the newer version
does not have keeps its id, and is wrong there.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from domain.content.answer_keys import AnswerKey
from domain.content.answers import Answer
from domain.content.questions import Question
from domain.entities import entity

_SHOWN = {"question_id", "explanation", "option_feedback"}
"""The parts of a key that grading does not read."""


@entity
class Version:
    """A version of a question with its key."""

    question: Question
    key: AnswerKey


def counterparts(old: Question, new: Question) -> dict[str, str]:
    """Return which option of the newer version stands for each option of the older one."""
    by_text = {option.text: option.id for option in new.options}
    return {option.id: by_text[option.text] for option in old.options if option.text in by_text}


def grade_alike(old: Version, new: Version) -> bool:
    """Tell whether both versions give every answer the same credit."""
    ids = counterparts(old.question, new.question)
    if len(ids) != len(old.question.options) or len(ids) != len(new.question.options):
        return False
    return old.question.all_or_nothing == new.question.all_or_nothing and all(
        translated(getattr(old.key, part.name), ids) == getattr(new.key, part.name)
        for part in fields(AnswerKey)
        if part.name not in _SHOWN
    )


def answer_to(new: Question, old: Question, answer: Answer) -> Answer:
    """Return an answer to the older version as an answer to the newer one."""
    moved: Answer = translated(answer, counterparts(old, new))
    return moved


def translated(value: Any, ids: Mapping[str, str]) -> Any:
    """Return a value with other ids in it, however deep they are."""
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, Mapping):
        return {translated(key, ids): translated(each, ids) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(translated(each, ids) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: translated(getattr(value, f.name), ids) for f in fields(value)})
    return value
