"""Item statistics: what first answers tell about a question; totals grow by one response at a time.

Credits are counted in ten-thousandths, so that totals are whole numbers, and the same in any order. The Elo difficulty
alone depends on the order, which the projection fixes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import timedelta
from fractions import Fraction
from math import log10, sqrt
from typing import Any

from domain.analytics import rounding
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Question
from domain.entities import entity
from domain.ids import QuestionId
from domain.quality import response_times
from domain.quality.response_times import Histogram

FEWEST = 30
"""From how many responses on statistics are shown."""
WHOLE = 10_000
"""Full credit."""
START_ELO = 1500.0
_STEP = 16
"""By how much one response moves the Elo difficulty at most."""
_WIDTH = 400
"""How many points of Elo make a right answer ten times as likely."""
_SURE = 500
"""Nearer than this to none or to all of the credit of the rest counts as this near."""


@entity
class ItemResponse:
    """A learner's first graded response to a question.

    `rest` is the mean credit of the other questions of the attempt; None where there is none. `choices` are what was
    chosen; `took` is None without an answer.
    """

    question_id: QuestionId
    credit: int
    rest: int | None
    choices: Sequence[str]
    took: timedelta | None


@entity
class ItemTotals:
    """The totals of the responses to one question.

    The five sums are of those responses that have a rest, `paired` of them: of the credit x and the rest y, of their
    squares and of their products. `choices` counts what was chosen, `times` are the buckets of `response_times`.
    """

    question_id: QuestionId
    responses: int = 0
    credit: int = 0
    paired: int = 0
    x: int = 0
    y: int = 0
    xx: int = 0
    yy: int = 0
    xy: int = 0
    elo: float = START_ELO
    choices: Mapping[str, int] = field(default_factory=dict)
    times: Histogram = field(default_factory=dict)

    def plus(self, response: ItemResponse) -> "ItemTotals":
        """Return the totals with one more response."""
        x, y = response.credit, response.rest
        sums: dict[str, Any] = {}
        if y is not None:
            sums = {
                "paired": self.paired + 1,
                "x": self.x + x,
                "y": self.y + y,
                "xx": self.xx + x * x,
                "yy": self.yy + y * y,
                "xy": self.xy + x * y,
            }
        choices, times = dict(self.choices), dict(self.times)
        for choice in response.choices:
            choices[choice] = choices.get(choice, 0) + 1
        if response.took is not None:
            bucket = response_times.bucket_of(response.took)
            times[bucket] = times.get(bucket, 0) + 1
        return replace(
            self,
            responses=self.responses + 1,
            credit=self.credit + x,
            elo=_elo_after(self.elo, x, y),
            choices=choices,
            times=times,
            **sums,
        )


@entity
class ChoiceCount:
    """How often an answer was chosen: an option's id, or `true` or `false`."""

    answer: str
    count: int


@entity
class ItemStatistics:
    """What is shown of the totals of a question.

    `facility` is the mean credit in percent. `discrimination` is the correlation of the credit with that of the rest of
    the attempt, -1 to 1; None where either does not vary. `difficulty` is the Elo difficulty.
    """

    responses: int
    facility: float
    discrimination: float | None
    choices: list[ChoiceCount]
    median_time: timedelta | None
    fast_time: timedelta | None
    slow_time: timedelta | None
    difficulty: int


def statistics_of(totals: ItemTotals | None) -> ItemStatistics | None:
    """Return what is shown of totals; None while there are too few responses."""
    if totals is None or totals.responses < FEWEST:
        return None
    return ItemStatistics(
        responses=totals.responses,
        facility=rounding.percent_tenths(Fraction(totals.credit, totals.responses * WHOLE)) / 10,
        discrimination=discrimination_of(totals),
        choices=[
            ChoiceCount(answer=answer, count=count)
            for answer, count in sorted(totals.choices.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
        median_time=response_times.percentile(totals.times, 50),
        fast_time=response_times.percentile(totals.times, 5),
        slow_time=response_times.percentile(totals.times, 95),
        difficulty=round(totals.elo),
    )


def discrimination_of(totals: ItemTotals) -> float | None:
    """Return the correlation of the credit with the rest, to three decimals."""
    n = totals.paired
    of_item = n * totals.xx - totals.x * totals.x
    of_rest = n * totals.yy - totals.y * totals.y
    if not of_item or not of_rest:
        return None
    return round((n * totals.xy - totals.x * totals.y) / (sqrt(of_item) * sqrt(of_rest)), 3)


def is_worse_than_chance(question: Question, totals: ItemTotals) -> bool:
    """Tell whether learners who know the rest know this less, or guesses would do better; not by few responses."""
    if totals.responses < FEWEST:
        return False
    discrimination = discrimination_of(totals)
    if discrimination is not None and discrimination < 0:
        return True
    return Fraction(totals.credit, totals.responses * WHOLE) < chance_of(question)


_BY_OPTIONS = {QuestionKind.SINGLE_CHOICE, QuestionKind.MATCHING, QuestionKind.ORDERING}


def chance_of(question: Question) -> Fraction:
    """Return the mean credit of guesses; 0 for kinds that cannot be guessed by choosing.

    A prompt of a matching is guessed like a single choice. Of two neighbours in a guessed order one in n is right. A
    blank that takes a text or a number is not guessed.
    """
    if question.kind is QuestionKind.TRUE_FALSE:
        return Fraction(1, 2)
    if question.kind in _BY_OPTIONS:
        return Fraction(1, len(question.options))
    if question.kind is QuestionKind.CLOZE:
        chances = [Fraction(1, len(blank.options)) for blank in question.blanks if blank.options]
        return sum(chances, Fraction(0)) / len(question.blanks)
    return Fraction(0)


def _elo_after(elo: float, credit: int, rest: int | None) -> float:
    """Move the difficulty by how much less the learner got than the rest of the attempt let expect."""
    share = WHOLE // 2 if rest is None else min(max(rest, _SURE), WHOLE - _SURE)
    learner = START_ELO + _WIDTH * log10(share / (WHOLE - share))
    expected = 1 / (1 + 10 ** ((elo - learner) / _WIDTH))
    return elo + _STEP * (expected - credit / WHOLE)
