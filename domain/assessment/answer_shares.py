"""Answer shares: how other learners answered a question when they were first graded on it."""

from collections.abc import Mapping
from fractions import Fraction

from domain.analytics import rounding
from domain.entities import entity
from domain.ids import QuestionId

FEWEST_OTHERS = 10
"""From how many other learners on shares are shown: fewer would tell about single ones."""
MOST_COUNTED = 500
"""How many attempts at a question are counted, the earliest ones: more would not change what a reader learns."""


@entity
class AnswerCounts:
    """How many other learners were graded on a question, how many of them earned full credit, and what they chose.

    A choice is the id of an option, or `true` or `false`; other kinds of answers are not counted one by one.
    """

    question_id: QuestionId
    learners: int
    correct: int
    choices: Mapping[str, int]


@entity
class ChoiceShare:
    """One answer to choose from, and the percentage of the learners who chose it, with one decimal."""

    answer: str
    percent: float


@entity
class AnswerShares:
    """How many other learners are counted, and what percentage of them earned full credit, with one decimal."""

    learners: int
    correct_percent: float
    choices: list[ChoiceShare]


def shares_of(counts: AnswerCounts | None) -> AnswerShares | None:
    """Return the shares, each rounded once; None where fewer than FEWEST_OTHERS learners are counted."""
    if counts is None or counts.learners < FEWEST_OTHERS:
        return None
    return AnswerShares(
        learners=counts.learners,
        correct_percent=_percent(counts.correct, counts.learners),
        choices=[
            ChoiceShare(answer=answer, percent=_percent(chosen, counts.learners))
            for answer, chosen in sorted(counts.choices.items())
        ],
    )


def _percent(part: int, whole: int) -> float:
    return rounding.percent_tenths(Fraction(part, whole)) / 10
