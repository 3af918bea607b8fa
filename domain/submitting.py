"""How an attempt ends: submitted or expired, graded and rewarded at once.

All that the result follows from is read by one statement, and all that follows is stored by another one, which stores
nothing where something of it has changed in between. Nobody has to wait therefore, unless two are at it: then
`submit_at_once` gives way to `submit`, which holds the others back first.
"""

from dataclasses import replace
from datetime import datetime

from domain import attempt_grading, attempt_results, idempotency
from domain.attempt_refusals import AttemptAlreadySubmittedError
from domain.attempts import GRACE, AttemptState, QuizAttempt
from domain.errors import NotFoundError
from domain.idempotency import Claim
from domain.ids import AttemptId, Mint, UserId
from domain.streaks import History
from domain.submissions import Sheet
from domain.work import Work
from domain.xp import grown
from domain.xp_rules import CURRENT


async def submit(
    work: Work,
    *,
    user_id: UserId,
    attempt_id: AttemptId,
    idempotency_key: str,
    mint: Mint,
    now: datetime,
) -> QuizAttempt:
    """Finish an attempt, grade it and award what it earned; the same key again returns the same attempt.

    After the deadline and its grace the attempt ends as expired, with the answers saved. Of any number of
    concurrent submits one grades it. Raises NotFoundError, AttemptAlreadySubmittedError that carries the attempt,
    or IdempotencyKeyReusedError.
    """
    claim = _claim(attempt_id, idempotency_key)
    await work.submissions.hold(attempt_id, user_id=user_id)
    sheet = await _sheet(work, attempt_id, user_id=user_id, claim=claim, now=now)
    return _repeated(sheet) or await _finish(work, sheet, claim=claim, mint=mint, now=now)


async def submit_at_once(
    work: Work,
    *,
    user_id: UserId,
    attempt_id: AttemptId,
    idempotency_key: str,
    mint: Mint,
    now: datetime,
) -> QuizAttempt | None:
    """Do what `submit` does without a transaction; return None, having changed nothing, where that takes one.

    It takes one where someone else changes the attempt or the learner's record at the same time, and where a roadmap
    has a node that the quiz completes.
    """
    claim = _claim(attempt_id, idempotency_key)
    sheet = await _sheet(work, attempt_id, user_id=user_id, claim=claim, now=now)
    repeated = _repeated(sheet)
    if repeated is not None or sheet.on_roadmap:
        return repeated
    return await _stored(work, sheet, claim=claim, mint=mint, now=now)


async def expire(work: Work, attempt: QuizAttempt, *, mint: Mint, now: datetime) -> QuizAttempt:
    """Grade an overdue attempt with the answers saved; return it as it is where another call was first."""
    await work.submissions.hold(attempt.id, user_id=attempt.user_id)
    sheet = await _sheet(work, attempt.id, user_id=attempt.user_id, claim=None, now=now)
    if sheet.attempt.state is not AttemptState.IN_PROGRESS:
        return sheet.attempt
    return await _finish(work, sheet, claim=None, mint=mint, now=now)


async def expire_overdue(
    work: Work, *, mint: Mint, now: datetime, limit: int, user_id: UserId | None = None
) -> int:
    """Expire at most `limit` overdue attempts, of one user or of all; return how many there were."""
    found = await work.attempts.overdue(before=now - GRACE, limit=limit, user_id=user_id)
    for attempt in found:
        await expire(work, attempt, mint=mint, now=now)
    return len(found)


async def own_attempt(work: Work, *, user_id: UserId, attempt_id: AttemptId) -> QuizAttempt:
    """Return the user's attempt; raises NotFoundError, for another one's too."""
    (attempt,) = await work.attempts.by_ids([attempt_id], user_id=user_id)
    if attempt is None:
        raise _not_found()
    return attempt


def _claim(attempt_id: AttemptId, key: str) -> Claim:
    return idempotency.claim_of(
        operation="submitQuizAttempt", key=key, given={"attempt_id": attempt_id}, result_id=attempt_id
    )


def _not_found() -> NotFoundError:
    return NotFoundError("There is no such attempt.", field="attemptId")


async def _sheet(
    work: Work, attempt_id: AttemptId, *, user_id: UserId, claim: Claim | None, now: datetime
) -> Sheet:
    """Return the sheet of the user's attempt; raises IdempotencyKeyReusedError where the claim is another's."""
    sheet = await work.submissions.sheet(
        attempt_id,
        user_id=user_id,
        claim=claim,
        now=now,
        credits_within=CURRENT.same_question_rests,
        xp_within=CURRENT.burst_window,
    )
    if sheet is None:
        raise _not_found()
    if claim and sheet.receipt and sheet.receipt.fingerprint != claim.receipt.fingerprint:
        raise idempotency.key_reused()
    return sheet


def _repeated(sheet: Sheet) -> QuizAttempt | None:
    """Return the attempt that the same key finished before, None where it is open; refuses another key."""
    if sheet.attempt.state is AttemptState.IN_PROGRESS:
        return None
    if sheet.receipt is None:
        raise AttemptAlreadySubmittedError(sheet.attempt)
    return sheet.attempt


async def _finish(work: Work, sheet: Sheet, *, claim: Claim | None, mint: Mint, now: datetime) -> QuizAttempt:
    """Store the result of an attempt that this transaction holds."""
    finished = await _stored(work, sheet, claim=claim, mint=mint, now=now)
    if finished is None:
        raise LookupError(f"attempt {sheet.attempt.id} has changed while it was held")
    return finished


async def _stored(
    work: Work, sheet: Sheet, *, claim: Claim | None, mint: Mint, now: datetime
) -> QuizAttempt | None:
    """Grade the attempt and store all that follows; None where the sheet is out of date, and nothing is stored."""
    grading = attempt_grading.graded(sheet.slots)
    finished = attempt_results.finished(sheet, grading, now=now)
    nodes = await attempt_results.nodes_of(work.enrolments, sheet, finished)
    result = attempt_results.result_of(
        replace(sheet, history=await _history(work, sheet, finished)),
        finished,
        grading,
        nodes=nodes,
        claim=claim,
        mint=mint,
        now=now,
    )
    if not await work.submissions.finish(result, read=sheet.revisions):
        return None
    if result.entries:
        work.emit(grown(finished.user_id))
    return finished


async def _history(work: Work, sheet: Sheet, finished: QuizAttempt) -> History | None:
    """Return the days before the attempt, None where one more activity is routine; read them where they are missing."""
    if sheet.history is not None or sheet.active_on == finished.local_date:
        return sheet.history
    return await work.streaks.history(finished.user_id)
