"""Grading of attempts: the credit of each slot and the score, in exact fractions."""

from collections.abc import Sequence
from dataclasses import field
from decimal import Decimal
from fractions import Fraction
from math import lcm

from domain.analytics import rounding
from domain.analytics.learner_analytics import DomainCount
from domain.assessment.grading_inputs import AnsweredSlot
from domain.content import grading
from domain.content.credit import ALL, NOTHING
from domain.content.grading_keys import GradingKey
from domain.content.questions import Question
from domain.entities import entity
from domain.ids import ExamDomainId


@entity
class GradedSlot:
    """A slot with its credit, 0 to 1."""

    number: int
    question: Question | GradingKey
    credit: Fraction
    answered: bool
    fast: bool


@entity
class Grading:
    """The graded slots of an attempt, by number; an unanswered one has no credit.

    `score` is their mean credit, 0 to 1, and `percent` the same as it is shown; `answered` slots have an answer, and
    `correct` ones earned full credit.
    """

    slots: list[GradedSlot]
    score: Fraction = field(init=False)
    percent: Decimal = field(init=False)
    answered: int = field(init=False)
    correct: int = field(init=False)

    def __post_init__(self) -> None:
        """Compute the mean credit, 0 to 1, the same in percent as it is shown, and the counts."""
        shares = [slot.credit.as_integer_ratio() for slot in self.slots]
        whole = lcm(*[of for _, of in shares])  # one fraction, not a sum of them
        parts = sum([part * (whole // of) for part, of in shares])
        score = Fraction(parts, whole * max(len(shares), 1))
        self.score, self.percent = score, percent(score)  # type: ignore[misc]
        self.answered = sum([slot.answered for slot in self.slots])  # type: ignore[misc]
        self.correct = sum([part == of for part, of in shares])  # type: ignore[misc]

    @property
    def fast(self) -> int:
        """How many answers came faster than their question can be read."""
        return sum([slot.fast for slot in self.slots])


def graded(slots: Sequence[AnsweredSlot]) -> Grading:
    """Grade each slot with its question and key."""
    return Grading(slots=[_graded(slot) for slot in slots])


def reaches(score: Fraction, percentage: int) -> bool:
    """Tell whether the exact score, not the rounded one that is shown, is at least `percentage`."""
    return score.numerator * 100 >= percentage * score.denominator


def percent(score: Fraction) -> Decimal:
    """Return the score, 0 to 1, in percent with one decimal, rounded half up."""
    return Decimal(rounding.percent_tenths(score)).scaleb(-1)


def by_domain(slots: Sequence[GradedSlot]) -> list[DomainCount]:
    """Count the answers and the right ones of each exam domain."""
    answers: dict[ExamDomainId, list[bool]] = {}
    for slot in slots:
        if slot.answered:
            answers.setdefault(slot.question.domain_id, []).append(slot.credit == ALL)
    return [
        DomainCount(domain_id=domain_id, attempts=len(given), correct=sum(given))
        for domain_id, given in answers.items()
    ]


def _graded(slot: AnsweredSlot) -> GradedSlot:
    credit = NOTHING if slot.answer is None else grading.grade(slot.question, slot.key, slot.answer)
    return GradedSlot(
        number=slot.number,
        question=slot.question,
        credit=credit,
        answered=slot.answer is not None,
        fast=slot.fast,
    )
