"""Projection of item statistics: attempts that have ended are counted once each, in the order that they are taken in.

The order is kept, so that counting all of them again gives the same. A submit does not know of any of this.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Protocol

from domain.accounts.users import Role
from domain.content.answers import Answer
from domain.entities import entity
from domain.ids import AttemptId, QuestionId
from domain.jobs.job_kinds import JobKind, NoArguments, RetryPolicy
from domain.quality.item_statistics import WHOLE, ItemResponse, ItemTotals
from domain.quality.response_times import Histogram

PROJECT = JobKind(
    name="count_responses",
    description="Counts the attempts that have ended in the statistics of their questions.",
    queue="maintenance",
    arguments=NoArguments,
    at_once=1,
    retries=RetryPolicy(attempts=1),
    starter=Role.OPERATOR,
    result={"attempts": int},
)
REBUILD = JobKind(
    name="rebuild_item_statistics",
    description="Computes the statistics of all questions again from the graded attempts.",
    queue="maintenance",
    arguments=NoArguments,
    at_once=1,
    retries=RetryPolicy(attempts=3, timeout=timedelta(hours=1)),
    starter=Role.OPERATOR,
    result={"attempts": int},
)
PAGE = 200
"""How many attempts are counted at once."""


@entity
class ItemSlot:
    """A slot of a graded attempt; `is_first` tells that its learner was not graded on the question before."""

    question_id: QuestionId
    answer: Answer | None
    answered_at: datetime | None
    credit: Fraction
    is_first: bool


@entity
class ItemAttempt:
    """An attempt at its place in the order of counting; without slots where it was not graded."""

    id: AttemptId
    place: int
    started_at: datetime
    slots: list[ItemSlot]


class ItemProjection(Protocol):
    """The order of counting, and the totals of each question."""

    async def take(self, *, limit: int) -> list[ItemAttempt]:
        """Give places to at most `limit` attempts that have ended and have none, and return them by place.

        Other calls of this and of `clear` wait until the transaction ends.
        """

    async def clear(self) -> None:
        """Remove all totals; the places stay. Other calls of this and of `take` wait until the transaction ends."""

    async def after(self, place: int, *, limit: int) -> list[ItemAttempt]:
        """Return the attempts with the next places."""

    async def totals(self, ids: Sequence[QuestionId]) -> list[ItemTotals | None]:
        """Return one slot per question."""

    async def save(self, totals: Sequence[ItemTotals]) -> None:
        """Store totals in place of those that were there."""

    async def response_times(self, ids: Sequence[QuestionId]) -> list[Histogram | None]:
        """Return the histogram of the response times of each question, None without a response."""

    async def response_time(self, ids: Sequence[QuestionId], percentile: int) -> list[timedelta | None]:
        """Return the time that so many percent of the first responses took at most, None without an answer."""


class CountingWork(Protocol):
    """The stores that counting reaches."""

    @property
    def items(self) -> ItemProjection:
        """Item statistics."""


async def project(work: CountingWork, *, limit: int = PAGE) -> int:
    """Count at most `limit` attempts that have ended; return how many were found."""
    taken = await work.items.take(limit=limit)
    await _count(work, taken)
    return len(taken)


async def rebuild(work: CountingWork) -> int:
    """Count all attempts again that have a place; return how many there are."""
    await work.items.clear()
    place, count = 0, 0
    while page := await work.items.after(place, limit=PAGE):
        await _count(work, page)
        place, count = page[-1].place, count + len(page)
    return count


def responses_of(attempt: ItemAttempt) -> list[ItemResponse]:
    """Return the first responses of an attempt, by slot."""
    whole = sum((slot.credit for slot in attempt.slots), Fraction(0))
    others = len(attempt.slots) - 1
    times = _times(attempt)
    return [
        ItemResponse(
            question_id=slot.question_id,
            credit=_parts(slot.credit),
            rest=_parts((whole - slot.credit) / others) if others else None,
            choices=_choices(slot.answer),
            took=times.get(slot.question_id),
        )
        for slot in attempt.slots
        if slot.is_first
    ]


async def _count(work: CountingWork, attempts: Sequence[ItemAttempt]) -> None:
    responses = [response for attempt in attempts for response in responses_of(attempt)]
    ids = sorted({response.question_id for response in responses})
    if not ids:
        return
    stored = await work.items.totals(ids)
    totals = {id_: found or ItemTotals(question_id=id_) for id_, found in zip(ids, stored, strict=True)}
    for response in responses:
        totals[response.question_id] = totals[response.question_id].plus(response)
    await work.items.save(list(totals.values()))


def _parts(credit: Fraction) -> int:
    """Return a credit in ten-thousandths, half up."""
    return (2 * WHOLE * credit.numerator + credit.denominator) // (2 * credit.denominator)


def _times(attempt: ItemAttempt) -> dict[QuestionId, timedelta]:
    """Return how long each answer took: since the one before it, or since the start."""
    moment: Callable[[ItemSlot], Any] = lambda slot: slot.answered_at  # noqa: E731
    before, times = attempt.started_at, {}
    for slot in sorted((slot for slot in attempt.slots if slot.answered_at is not None), key=moment):
        assert slot.answered_at is not None  # noqa: S101 - others are left out
        times[slot.question_id] = max(slot.answered_at - before, timedelta(0))
        before = slot.answered_at
    return times


def _choices(answer: Answer | None) -> list[str]:
    """Return what was chosen; a text or a number is no choice."""
    if answer is None:
        return []
    if answer.options is not None:
        return list(answer.options)
    if answer.blanks is not None:
        return [blank.option for blank in answer.blanks if blank.option is not None]
    return [] if answer.truth is None else ["true" if answer.truth else "false"]
