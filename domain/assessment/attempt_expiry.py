"""Expiry of attempts: an overdue one is graded when it is read, or by a job."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from domain.assessment import attempt_end, attempt_submission
from domain.assessment.attempts import GRACE, QuizAttempt, is_overdue
from domain.assessment.work import AssessmentWork
from domain.ids import Mint, UserId
from domain.paging import Page, Window

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
) -> Page[QuizAttempt]:
    """Return a page of the user's attempts, newest first; the overdue ones on it are graded first."""
    async with open_reads() as reads:
        found = await reads.attempts.page(user_id, window)
    overdue = [attempt for attempt in found.nodes if is_overdue(attempt, now)]
    if not overdue:
        return found
    async with open_work() as work:
        for attempt in overdue:
            await attempt_submission.expire(work, attempt, mint=mint, now=now)
        return await work.attempts.page(user_id, window)


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
