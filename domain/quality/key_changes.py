"""Key changes: whether two versions of a question grade alike, and an answer to one as an answer to the other.

Each version has option ids of its own. Options of equal text stand for each other, in a cloze those of the same blank;
an option that the newer version does not have keeps its id, and is wrong there. Prompts of a matching stand for each
other by their texts too.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from domain.content.answer_keys import AnswerKey
from domain.content.answers import Answer, Option, Pair
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
    found: dict[str, str] = {}
    for before, after in zip(_choices(old), _choices(new), strict=False):
        by_text = {option.text: option.id for option in after}
        found |= {option.id: by_text[option.text] for option in before if option.text in by_text}
    return found


def grade_alike(old: Version, new: Version) -> bool:
    """Tell whether both versions give every answer the same credit."""
    ids = counterparts(old.question, new.question)
    if _shape(old.question) != _shape(new.question) or len(ids) != sum(map(len, _choices(old.question))):
        return False
    return old.question.all_or_nothing == new.question.all_or_nothing and all(
        translated(getattr(old.key, part.name), ids) == getattr(new.key, part.name)
        for part in fields(AnswerKey)
        if part.name not in _SHOWN
    )


def _choices(question: Question) -> list[list[Option]]:
    """Return what there is to choose from: the options of the question, and those of each blank."""
    return [question.options, *(blank.options for blank in question.blanks)]


def _shape(question: Question) -> tuple[object, ...]:
    """Return what else an answer refers to: how many options there are, the prompts, and what blanks take."""
    return (
        [len(options) for options in _choices(question)],
        [(prompt.number, prompt.text) for prompt in question.prompts],
        [(blank.number, blank.takes) for blank in question.blanks],
    )


def answer_to(new: Question, old: Question, answer: Answer) -> Answer:
    """Return an answer to the older version as an answer to the newer one."""
    moved: Answer = translated(answer, counterparts(old, new))
    if moved.pairs is None:
        return moved
    by_text = {prompt.text: prompt.number for prompt in new.prompts}
    numbers = {prompt.number: by_text.get(prompt.text) for prompt in old.prompts}
    pairs = [(numbers.get(pair.prompt), pair.option) for pair in moved.pairs]
    return replace(
        moved, pairs=[Pair(prompt=number, option=option) for number, option in pairs if number is not None]
    )


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
