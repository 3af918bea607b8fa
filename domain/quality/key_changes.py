"""Key changes: whether two versions of a question grade alike, and an answer to one as an answer to the other.

Options stand for each other by `domain.content.drawing.option_counterparts`; one that the newer version does not have
keeps its id, and is wrong there.
"""

from dataclasses import fields, replace

from domain.content.answer_keys import AnswerKey
from domain.content.answers import Answer, Pair
from domain.content.drawing.option_counterparts import choices, counterparts, translated
from domain.content.questions import Question
from domain.entities import entity

_SHOWN = {"question_id", "explanation", "option_feedback"}
"""The parts of a key that grading does not read."""


@entity
class Version:
    """A version of a question with its key."""

    question: Question
    key: AnswerKey


def grade_alike(old: Version, new: Version) -> bool:
    """Tell whether both versions give every answer the same credit."""
    ids = counterparts(old.question, new.question)
    if _shape(old.question) != _shape(new.question) or len(ids) != sum(map(len, choices(old.question))):
        return False
    return old.question.all_or_nothing == new.question.all_or_nothing and all(
        translated(getattr(old.key, part.name), ids) == getattr(new.key, part.name)
        for part in fields(AnswerKey)
        if part.name not in _SHOWN
    )


def _shape(question: Question) -> tuple[object, ...]:
    """Return what else an answer refers to: how many options there are, the prompts, and what blanks take."""
    return (
        [len(options) for options in choices(question)],
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
