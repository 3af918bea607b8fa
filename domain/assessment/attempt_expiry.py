"""Expiry of attempts: an overdue one is graded when it is read, or by a job."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from domain.assessment import attempt_end, attempt_submission
from domain.assessment.attempts import ALL_ATTEMPTS, GRACE, AttemptFilter, QuizAttempt, is_overdue
from domain.assessment.work import AssessmentWork
from domain.errors import InvalidInputError
from domain.ids import Mint, UserId
from domain.paging import Page, Window

MOST_EXPIRED = 100
"""How many overdue attempts of a learner one read grades; the sweeper has graded all but those of seconds."""

OpenAssessment = Callable[[], AbstractAsyncContextManager[AssessmentWork]]
"""Opens stores: for reading, or as one transaction."""


async def current(
    open_work: OpenAssessment, attempt: QuizAttempt | None, *, mint: Mint, now: datetime
) -> QuizAttempt | None:
    """Return the attempt; one that is overdue is graded first."""
    if attempt is None or not is_overdue(attempt, now):
        return attempt
    async with open_work() as work:
        return await attempt_submission.expire(work, attempt, mint=mint, now=now)


async def page(
    open_reads: OpenAssessment,
    open_work: OpenAssessment,
    *,
    user_id: UserId,
    window: Window,
    mint: Mint,
    now: datetime,
    asked: AttemptFilter = ALL_ATTEMPTS,
) -> Page[QuizAttempt]:
    """Return a page of the user's attempts that pass the filter, newest first; overdue ones are graded first.

    These are the ones on the page, or all where the filter asks for results. Raises InvalidInputError.
    """
    _check_span(asked)
    async with open_reads() as reads:
        found = await reads.attempts.page(user_id, window, asked=asked)
        overdue = [attempt for attempt in found.nodes if is_overdue(attempt, now)]
        if asked.asks_for_results:
            overdue = await reads.attempts.overdue(before=now - GRACE, limit=MOST_EXPIRED, user_id=user_id)
    if not overdue:
        return found
    async with open_work() as work:
        for attempt in overdue:
            await attempt_submission.expire(work, attempt, mint=mint, now=now)
        return await work.attempts.page(user_id, window, asked=asked)


def _check_span(asked: AttemptFilter) -> None:
    if asked.since is not None and asked.until is not None and asked.until <= asked.since:
        raise InvalidInputError("until must be later than since.", field="until")


async def release_withheld(open_work: OpenAssessment, *, mint: Mint, now: datetime, limit: int) -> int:
    """Grade at most `limit` withheld attempts that no open attempt asks about; return how many there were."""
    async with open_work() as work:
        return await attempt_end.release_due(work, mint=mint, now=now, limit=limit)


async def expire_overdue(
    work: AssessmentWork, *, mint: Mint, now: datetime, limit: int, user_id: UserId | None = None
) -> int:
    """Expire at most `limit` overdue attempts, of one user or of all; return how many there were."""
    overdue = await work.attempts.overdue(before=now - GRACE, limit=limit, user_id=user_id)
    for attempt in overdue:
        await attempt_submission.expire(work, attempt, mint=mint, now=now)
    return len(overdue)
