"""How an attempt ends: submitted or expired, graded and rewarded at once.

All that results follow from is read by one statement, and all that follows is stored by another one, for many attempts
at once; nothing of a result is stored where something has changed in between. Nobody has to wait therefore, unless two
are at it: then `submit_at_once` gives way to `submit`, which holds the others back first.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain import attempt_grading, attempt_results, idempotency
from domain.attempt_refusals import AttemptAlreadySubmittedError
from domain.attempts import GRACE, AttemptState, QuizAttempt
from domain.errors import DomainError, NotFoundError
from domain.ids import AttemptId, Mint, UserId
from domain.submissions import HandIn, Result, Sheet
from domain.work import Work
from domain.xp import grown
from domain.xp_rules import CURRENT

Outcome = QuizAttempt | DomainError | LookupError | None
"""How handing in ended: with a finished attempt, with a refusal, or not yet."""


def hand_in(*, user_id: UserId, attempt_id: AttemptId, idempotency_key: str, now: datetime) -> HandIn:
    """Return what `submit` takes; raises InvalidInputError for an empty or long key."""
    claim = idempotency.claim_of(
        operation="submitQuizAttempt",
        key=idempotency_key,
        given={"attempt_id": attempt_id},
        result_id=attempt_id,
    )
    return HandIn(attempt_id=attempt_id, user_id=user_id, claim=claim, now=now)


async def submit(work: Work, handed: HandIn, *, mint: Mint) -> QuizAttempt:
    """Finish an attempt, grade it and award what it earned; the same key again returns the same attempt.

    After the deadline and its grace the attempt ends as expired, with the answers saved. Of any number of
    concurrent submits one grades it. Raises NotFoundError, AttemptAlreadySubmittedError that carries the attempt,
    or IdempotencyKeyReusedError.
    """
    sheet = await _held(work, handed)
    return _repeated(sheet) or await _finish(work, sheet, handed, mint=mint)


async def submit_at_once(work: Work, handed: Sequence[HandIn], *, mint: Mint) -> list[Outcome]:
    """Do what `submit` does for attempts of as many learners, without a transaction; return how each one ended.

    That is the attempt, the refusal, or None where nothing was changed and it takes a transaction: where someone
    else changes the attempt or the learner's record at the same time, and where a roadmap has a node that the quiz
    completes.
    """
    sheets = zip(handed, await _sheets(work, handed), strict=True)
    ends = [await _end_or_result(work, sheet, one, mint=mint) for one, sheet in sheets]
    results = [end for end in ends if isinstance(end, Result)]
    stored = iter(await _stored(work, results) if results else ())
    return [next(stored) if isinstance(end, Result) else end for end in ends]


async def expire(work: Work, attempt: QuizAttempt, *, mint: Mint, now: datetime) -> QuizAttempt:
    """Grade an overdue attempt with the answers saved; return it as it is where another call was first."""
    handed = HandIn(attempt_id=attempt.id, user_id=attempt.user_id, claim=None, now=now)
    sheet = await _held(work, handed)
    if sheet.attempt.state is not AttemptState.IN_PROGRESS:
        return sheet.attempt
    return await _finish(work, sheet, handed, mint=mint)


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


def _not_found() -> NotFoundError:
    return NotFoundError("There is no such attempt.", field="attemptId")


async def _held(work: Work, handed: HandIn) -> Sheet:
    """Return the sheet of an attempt that this transaction holds from now on."""
    await work.submissions.hold(handed.attempt_id, user_id=handed.user_id)
    (sheet,) = await _sheets(work, [handed])
    return _checked(sheet, handed)


async def _sheets(work: Work, handed: Sequence[HandIn]) -> list[Sheet | None]:
    return await work.submissions.sheets(
        handed, credits_within=CURRENT.same_question_rests, xp_within=CURRENT.burst_window
    )


def _checked(sheet: Sheet | None, handed: HandIn) -> Sheet:
    """Return the sheet that was found; raises NotFoundError, or IdempotencyKeyReusedError for a key of another."""
    if sheet is None:
        raise _not_found()
    claim, receipt = handed.claim, sheet.receipt
    if claim and receipt and receipt.fingerprint != claim.receipt.fingerprint:
        raise idempotency.key_reused()
    if not sheet.slots:
        raise LookupError(f"attempt {sheet.attempt.id} has lost its questions or their keys")
    return sheet


def _repeated(sheet: Sheet) -> QuizAttempt | None:
    """Return the attempt that the same key finished before, None where it is open; refuses another key."""
    if sheet.attempt.state is AttemptState.IN_PROGRESS:
        return None
    if sheet.receipt is None:
        raise AttemptAlreadySubmittedError(sheet.attempt)
    return sheet.attempt


async def _finish(work: Work, sheet: Sheet, handed: HandIn, *, mint: Mint) -> QuizAttempt:
    """Store the result of an attempt that this transaction holds."""
    (finished,) = await _stored(work, [await _result(work, sheet, handed, mint=mint)])
    if finished is None:
        raise LookupError(f"attempt {sheet.attempt.id} has changed while it was held")
    return finished


async def _result(work: Work, sheet: Sheet, handed: HandIn, *, mint: Mint) -> Result:
    """Grade the attempt and return all that follows, nodes of roadmaps done.

    The days before the attempt are read where the sheet lacks them and one more activity is not routine.
    """
    grading = attempt_grading.graded(sheet.slots)
    finished = attempt_results.finished(sheet, grading, now=handed.now)
    nodes = await attempt_results.nodes_of(work.enrolments, sheet, finished)
    if sheet.history is None and sheet.active_on != finished.local_date:
        sheet = replace(sheet, history=await work.streaks.history(finished.user_id))
    return attempt_results.result_of(
        sheet,
        finished,
        grading,
        nodes=nodes,
        claim=handed.claim,
        mint=mint,
        now=handed.now,
    )


async def _end_or_result(work: Work, sheet: Sheet | None, handed: HandIn, *, mint: Mint) -> Outcome | Result:
    """Return the result to store, or how handing in ends without one."""
    try:
        found = _checked(sheet, handed)
        repeated = _repeated(found)
        if repeated is not None or found.on_roadmap:
            return repeated
        return await _result(work, found, handed, mint=mint)
    except (DomainError, LookupError) as refusal:
        return refusal


async def _stored(work: Work, results: Sequence[Result]) -> list[QuizAttempt | None]:
    """Store results and tell of their XP; None for each whose sheet is out of date, and nothing of it is stored."""
    stored = await work.submissions.finish(results)
    for result, is_stored in zip(results, stored, strict=True):
        if is_stored and result.entries:
            work.emit(grown(result.attempt.user_id))
    return [result.attempt if is_stored else None for result, is_stored in zip(results, stored, strict=True)]
