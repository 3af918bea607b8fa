"""Checking and grading answers, by the kind of their question."""

from fractions import Fraction

from domain.content.answer_keys import AnswerKey
from domain.content.answers import Answer
from domain.content.credit import NOTHING
from domain.content.grading_keys import GradingKey
from domain.content.question_kinds.table import ANSWER_FIELDS
from domain.content.questions import Question
from domain.errors import InvalidInputError


def checked(question: Question, answer: Answer) -> Answer:
    """Return the answer in normal form; raises InvalidInputError that names the field which does not fit.

    None of the sentences depends on the answer key.
    """
    rules = question.kind.rules
    wanted = rules.answer_field.name
    for name in ANSWER_FIELDS:
        if name != wanted and getattr(answer, name) is not None:
            raise InvalidInputError(f"This question takes {wanted}, not {name}.", field=name)
    value = getattr(answer, wanted)
    if value is None:
        raise InvalidInputError(f"This question needs {wanted}.", field=wanted)
    return rules.answer(rules.check(question, value))


def grade(question: Question | GradingKey, key: AnswerKey | GradingKey, answer: Answer) -> Fraction:
    """Return what the answer earns, 0 to 1; an answer without the field of the question's kind earns 0."""
    rules = question.kind.rules
    value = getattr(answer, rules.answer_field.name)
    return NOTHING if value is None else rules.grade(question, key, value)
