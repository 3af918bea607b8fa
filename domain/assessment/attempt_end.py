"""The end of an attempt: it is graded and awarded, or its result is withheld while another open attempt asks the same.

While an attempt of a learner is open, nothing may follow from grading one of its questions elsewhere: the score of a
second quiz would tell whether a guess was right. So an attempt that is submitted meanwhile is stored as SUBMITTED and
is not graded at all. Whatever ends the open attempt also releases it: it is graded then, as of its own end.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain import idempotency
from domain.assessment import attempt_grading, attempt_results
from domain.assessment.attempt_timers import attempt_signal
from domain.assessment.attempts import AttemptState, QuizAttempt
from domain.assessment.grading_inputs import GradingInput
from domain.assessment.submissions import Submission, SubmissionResult
from domain.assessment.work import AssessmentWork
from domain.errors import NotFoundError
from domain.gamification.xp import ledger_signal
from domain.gamification.xp_rules import CURRENT
from domain.ids import AttemptId, Mint, UserId

MOST_RELEASED = 1_000
"""How many withheld results the end of one attempt releases; the sweeper releases the others."""


async def inputs(work: AssessmentWork, submissions: Sequence[Submission]) -> list[GradingInput | None]:
    """Return the grading input of each submission."""
    return await work.submissions.grading_inputs(
        submissions, credits_within=CURRENT.same_question_rests, xp_within=CURRENT.burst_window
    )


async def locked(work: AssessmentWork, submission: Submission) -> GradingInput:
    """Lock an attempt and return its grading input; raises what `checked` raises."""
    await work.submissions.lock(submission.attempt_id, user_id=submission.user_id)
    return await _read(work, submission)


def checked(submission: Submission, found: GradingInput | None) -> GradingInput:
    """Return the input that was found; raises NotFoundError, or IdempotencyKeyReusedError for the key of another."""
    if found is None:
        raise no_such_attempt()
    claim, receipt = submission.claim, found.receipt
    if claim and receipt and receipt.fingerprint != claim.receipt.fingerprint:
        raise idempotency.key_reused()
    if not found.slots:
        raise LookupError(f"attempt {found.attempt.id} has lost its questions or their keys")
    return found


def no_such_attempt() -> NotFoundError:
    """Return the refusal of an attempt that is not there, or is another learner's."""
    return NotFoundError("There is no such attempt.", field="attemptId")


async def end(
    work: AssessmentWork, submission: Submission, grading_input: GradingInput, *, mint: Mint
) -> QuizAttempt:
    """End a locked attempt that is in progress, and release the results that waited for its end.

    Those ended earlier, so they are graded first.
    """
    if grading_input.asked_elsewhere:
        withheld = await _withhold(work, submission, grading_input, mint=mint)
        await release(work, user_id=submission.user_id, mint=mint, now=submission.now)
        return withheld
    if grading_input.others_wait:
        await release(
            work, user_id=submission.user_id, ending=submission.attempt_id, mint=mint, now=submission.now
        )
        grading_input = await _read(work, submission)
    return await _finish(work, submission, grading_input, mint=mint)


async def release(
    work: AssessmentWork, *, user_id: UserId, mint: Mint, now: datetime, ending: AttemptId | None = None
) -> None:
    """Grade the withheld attempts of a locked learner that no open attempt asks about any more, the earliest first.

    `ending` is an attempt that this transaction is about to end.
    """
    found = await work.submissions.releasable(user_id=user_id, ending=ending, now=now, limit=MOST_RELEASED)
    for attempt in found:
        submission = Submission(attempt_id=attempt.id, user_id=user_id, claim=None, now=now)
        await _finish(work, submission, await locked(work, submission), mint=mint)


async def release_due(work: AssessmentWork, *, mint: Mint, now: datetime, limit: int) -> int:
    """Grade at most `limit` withheld attempts of all learners that none asks about; return how many were found.

    The end of an attempt releases by itself. This is for open attempts that stop asking before they end, since they
    show the question or are overdue.
    """
    found = await work.submissions.releasable(user_id=None, ending=None, now=now, limit=limit)
    for attempt in found:
        submission = Submission(attempt_id=attempt.id, user_id=attempt.user_id, claim=None, now=now)
        grading_input = await locked(work, submission)
        if grading_input.attempt.state is AttemptState.SUBMITTED and not grading_input.asked_elsewhere:
            await _finish(work, submission, grading_input, mint=mint)
    return len(found)


async def result(
    work: AssessmentWork, submission: Submission, grading_input: GradingInput, *, mint: Mint
) -> SubmissionResult:
    """Grade the attempt and return its result, once the nodes of roadmaps are done."""
    grading = attempt_grading.graded(grading_input.slots)
    finished = attempt_results.finished(grading_input, grading, now=submission.now)
    nodes = await attempt_results.nodes_of(work.enrolments, grading_input, finished)
    grading_input = await _with_history(work, grading_input, finished)
    return attempt_results.result_of(submission, grading_input, finished, grading, nodes=nodes, mint=mint)


async def stored(work: AssessmentWork, results: Sequence[SubmissionResult]) -> list[QuizAttempt | None]:
    """Store results, signal ends and XP; None for each whose input is out of date, of which nothing is stored."""
    are_stored = await work.submissions.finish(results)
    for each, is_stored in zip(results, are_stored, strict=True):
        if is_stored:
            work.emit(attempt_signal(each.attempt.id))
        if is_stored and each.entries:
            work.emit(ledger_signal(each.attempt.user_id))
    return [each.attempt if is_stored else None for each, is_stored in zip(results, are_stored, strict=True)]


async def _read(work: AssessmentWork, submission: Submission) -> GradingInput:
    (found,) = await inputs(work, [submission])
    return checked(submission, found)


async def _finish(
    work: AssessmentWork, submission: Submission, grading_input: GradingInput, *, mint: Mint
) -> QuizAttempt:
    """Store the result of a locked attempt."""
    (finished,) = await stored(work, [await result(work, submission, grading_input, mint=mint)])
    if finished is None:
        raise _changed(submission)
    return finished


async def _withhold(
    work: AssessmentWork, submission: Submission, grading_input: GradingInput, *, mint: Mint
) -> QuizAttempt:
    """Store that a locked attempt was submitted, with its day of the streak, and without grading it."""
    submitted = attempt_results.submitted(grading_input.attempt, grading_input.zone, now=submission.now)
    grading_input = await _with_history(work, grading_input, submitted)
    withheld = attempt_results.withheld_of(submission, grading_input, submitted, mint=mint)
    if not await work.submissions.withhold(withheld):
        raise _changed(submission)
    work.emit(attempt_signal(submitted.id))
    if withheld.entries:
        work.emit(ledger_signal(submitted.user_id))
    return submitted


async def _with_history(
    work: AssessmentWork, grading_input: GradingInput, ended: QuizAttempt
) -> GradingInput:
    """Read the history where the input lacks it and the attempt ends on another date than the last activity."""
    if grading_input.history is not None or grading_input.active_on == ended.local_date:
        return grading_input
    return replace(grading_input, history=await work.streaks.history(ended.user_id))


def _changed(submission: Submission) -> LookupError:
    return LookupError(f"attempt {submission.attempt_id} has changed while it was locked")
