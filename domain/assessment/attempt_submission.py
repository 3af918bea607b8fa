"""Submitting attempts: each ends as graded or expired, with its awards, or with its result withheld for a while.

One statement reads everything that results depend on and one stores them, for many attempts at once. Submission is
optimistic: `submit_at_once` takes no locks and stores nothing where something has changed in between; on such a
conflict the caller falls back to `submit`, which locks.
"""

from collections.abc import Sequence
from datetime import datetime

from domain import idempotency
from domain.assessment import attempt_end
from domain.assessment.attempt_errors import AttemptAlreadySubmittedError
from domain.assessment.attempts import AttemptState, QuizAttempt
from domain.assessment.grading_inputs import GradingInput
from domain.assessment.submissions import Replay, Submission, SubmissionResult
from domain.assessment.work import AssessmentWork
from domain.errors import DomainError
from domain.ids import AttemptId, Mint, UserId

SubmissionOutcome = QuizAttempt | Replay | DomainError | LookupError | None
"""What a submission ended with: an attempt that it finished, one that was, a refusal, or None for a transaction."""


def submission_of(
    *, user_id: UserId, attempt_id: AttemptId, idempotency_key: str, now: datetime
) -> Submission:
    """Return what `submit` takes; raises InvalidInputError for an empty or long key."""
    claim = idempotency.claim_of(
        operation="submitQuizAttempt",
        key=idempotency_key,
        given={"attempt_id": attempt_id},
        result_id=attempt_id,
    )
    return Submission(attempt_id=attempt_id, user_id=user_id, claim=claim, now=now)


async def submit(work: AssessmentWork, submission: Submission, *, mint: Mint) -> QuizAttempt | Replay:
    """Finish an attempt, grade it and award what it earned; the same key again replays the same attempt.

    After the deadline and its grace period the attempt ends as expired, with the answers saved. While another open
    attempt asks one of its questions it is submitted and not graded. Of any number of concurrent submissions one grades
    it. Raises NotFoundError, AttemptAlreadySubmittedError that carries the attempt,
    or IdempotencyKeyReusedError.
    """
    grading_input = await attempt_end.locked(work, submission)
    return _already_finished(grading_input) or await attempt_end.end(
        work, submission, grading_input, mint=mint
    )


async def submit_at_once(
    work: AssessmentWork, submissions: Sequence[Submission], *, mint: Mint
) -> list[SubmissionOutcome]:
    """Do what `submit` does for attempts of as many learners, without a transaction; return each outcome.

    The outcome is None, and nothing was changed, where a transaction is needed: another one changes the attempt or
    the learner's record at the same time, a roadmap has a node that the quiz completes, or the result of this attempt
    or of another one of the learner's is withheld.
    """
    inputs = zip(submissions, await attempt_end.inputs(work, submissions), strict=True)
    ends = [await _outcome_or_result(work, submission, found, mint=mint) for submission, found in inputs]
    results = [end for end in ends if isinstance(end, SubmissionResult)]
    stored = iter(await attempt_end.stored(work, results) if results else ())
    return [next(stored) if isinstance(end, SubmissionResult) else end for end in ends]


async def expire(work: AssessmentWork, attempt: QuizAttempt, *, mint: Mint, now: datetime) -> QuizAttempt:
    """End an overdue attempt with the answers saved; return it as it is where another call was first."""
    submission = Submission(attempt_id=attempt.id, user_id=attempt.user_id, claim=None, now=now)
    grading_input = await attempt_end.locked(work, submission)
    if grading_input.attempt.state is not AttemptState.IN_PROGRESS:
        return grading_input.attempt
    return await attempt_end.end(work, submission, grading_input, mint=mint)


async def own_attempt(work: AssessmentWork, *, user_id: UserId, attempt_id: AttemptId) -> QuizAttempt:
    """Return the user's attempt; raises NotFoundError, also for another learner's."""
    (attempt,) = await work.attempts.by_ids([attempt_id], user_id=user_id)
    if attempt is None:
        raise attempt_end.no_such_attempt()
    return attempt


def _already_finished(grading_input: GradingInput) -> Replay | None:
    """Return the attempt that the same key finished before, None where it is open; refuse another key."""
    if grading_input.attempt.state is AttemptState.IN_PROGRESS:
        return None
    if grading_input.receipt is None:
        raise AttemptAlreadySubmittedError(grading_input.attempt)
    return Replay(attempt=grading_input.attempt)


def _takes_a_transaction(grading_input: GradingInput) -> bool:
    """Tell whether more changes than the attempt: nodes of a roadmap, or results that are withheld or released."""
    return grading_input.on_roadmap or grading_input.asked_elsewhere or grading_input.others_wait


async def _outcome_or_result(
    work: AssessmentWork, submission: Submission, found: GradingInput | None, *, mint: Mint
) -> SubmissionOutcome | SubmissionResult:
    """Return the result to store, or the outcome where there is none."""
    try:
        grading_input = attempt_end.checked(submission, found)
        finished = _already_finished(grading_input)
        if finished is not None or _takes_a_transaction(grading_input):
            return finished
        return await attempt_end.result(work, submission, grading_input, mint=mint)
    except (DomainError, LookupError) as refusal:
        return refusal
