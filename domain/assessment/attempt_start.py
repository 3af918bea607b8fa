"""Starting and abandoning attempts."""

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

from domain import idempotency
from domain.acts import Act
from domain.assessment import attempt_end, attempt_submission, time_allowances
from domain.assessment.attempt_errors import AttemptAlreadySubmittedError, QuizClosedError
from domain.assessment.attempt_timers import attempt_signal
from domain.assessment.attempts import AttemptMode, AttemptState, Frozen, QuizAttempt, is_overdue
from domain.assessment.quizzes import quiz_limits
from domain.assessment.work import AssessmentWork
from domain.content.drawing import draws
from domain.content.quizzes import Quiz
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import AttemptId, QuizId
from domain.refusals import all_at_once


async def start(
    work: AssessmentWork, act: Act, *, quiz_id: QuizId, mode: AttemptMode, idempotency_key: str
) -> QuizAttempt:
    """Start an attempt with the quiz's questions frozen, or return the actor's open one.

    Raises NotFoundError, QuizClosedError, IdempotencyKeyReusedError, or a QuizUnavailableError that says from when on
    the quiz can be begun.
    """
    with all_at_once() as each:
        with each:
            idempotency_key = idempotency.checked_key(idempotency_key)
        (quiz,) = await work.quizzes.by_ids([quiz_id], viewer_id=act.user_id)
        if quiz is None:
            raise NotFoundError("There is no such quiz.", field="quizId")
    multiplier = Fraction(1)
    if quiz.time_limit is not None:
        multiplier = await time_allowances.multiplier_of(work.time_allowances, act.user_id)
    new = _attempt(act, quiz, mode, multiplier)
    attempt = await work.attempts.open(new)
    if attempt.id != new.id and is_overdue(attempt, act.now):
        await attempt_submission.expire(work, attempt, mint=act.mint, now=act.now)
        attempt = await work.attempts.open(new)
    earlier = await idempotency.first_use(
        work.receipts,
        act,
        operation="startQuizAttempt",
        key=idempotency_key,
        given={"quiz_id": quiz_id, "mode": mode.value},
        result_id=attempt.id,
    )
    if earlier is not None and earlier != attempt.id:
        if attempt.id == new.id:
            await work.attempts.discard(new.id)
        return await attempt_submission.own_attempt(work, user_id=act.user_id, attempt_id=AttemptId(earlier))
    if attempt.id != new.id:
        return attempt
    _, asks_unreviewed = await _freeze(work, quiz, attempt, act.now)
    return replace(attempt, asks_unreviewed=asks_unreviewed)


async def abandon(work: AssessmentWork, act: Act, *, attempt_id: AttemptId) -> QuizAttempt:
    """Abandon an attempt: it earns nothing and reveals nothing; doing it again changes nothing.

    Results that were withheld because of it are released.
    Raises NotFoundError, or AttemptAlreadySubmittedError where it was graded before.
    """
    attempt = await attempt_submission.own_attempt(work, user_id=act.user_id, attempt_id=attempt_id)
    if is_overdue(attempt, act.now):
        return await attempt_submission.expire(work, attempt, mint=act.mint, now=act.now)
    await work.submissions.lock(attempt_id, user_id=act.user_id)
    closed = await work.attempts.close(
        attempt_id, user_id=act.user_id, state=AttemptState.ABANDONED, finished_at=act.now
    )
    if closed is not None:
        work.emit(attempt_signal(attempt_id))
        await attempt_end.release(work, user_id=act.user_id, mint=act.mint, now=act.now)
        return closed
    attempt = await attempt_submission.own_attempt(work, user_id=act.user_id, attempt_id=attempt_id)
    if attempt.state is not AttemptState.ABANDONED:
        raise AttemptAlreadySubmittedError(attempt)
    return attempt


def deadline_of(quiz: Quiz, now: datetime, *, time_multiplier: Fraction) -> datetime | None:
    """Return when an attempt that starts now ends at the latest: by the time limit, or when the quiz closes."""
    limits = [] if quiz.closes_at is None else [quiz.closes_at]
    if quiz.time_limit is not None:
        microsecond = timedelta(microseconds=1)
        limits.append(now + int(quiz.time_limit // microsecond * time_multiplier) * microsecond)
    return min(limits, default=None)


def _attempt(act: Act, quiz: Quiz, mode: AttemptMode, time_multiplier: Fraction) -> QuizAttempt:
    attempt_id = AttemptId(act.mint("attempt"))
    return QuizAttempt(
        id=attempt_id,
        user_id=act.user_id,
        quiz_id=quiz.id,
        mode=mode,
        state=AttemptState.IN_PROGRESS,
        feedback=quiz.feedback,
        pass_mark=quiz.pass_mark,
        seed=draws.seed_of_options(quiz, draws.seed_of(attempt_id)),
        started_at=act.now,
        deadline=deadline_of(quiz, act.now, time_multiplier=time_multiplier),
        finished_at=None,
        local_date=None,
        late=False,
        score=None,
        passed=None,
    )


async def _freeze(work: AssessmentWork, quiz: Quiz, attempt: QuizAttempt, now: datetime) -> Frozen:
    """Freeze the questions of a new attempt, and return what they are; a refusal rolls the attempt back."""
    if not quiz.takes_attempts(now):
        state = "closed" if quiz.withdrawn_at is None else "withdrawn"
        raise QuizClosedError(f"This quiz is {state}; choose another one.", field="quizId")
    await quiz_limits.check(work, quiz, attempt, now)
    frozen = await _frozen(work, quiz, attempt)
    if not frozen[0]:
        raise InvalidInputError(
            "This quiz has no questions to ask at present; choose another one.", field="quizId"
        )
    return frozen


async def _frozen(work: AssessmentWork, quiz: Quiz, attempt: QuizAttempt) -> Frozen:
    """Store the questions of a new attempt. Only what is drawn or shuffled is read before."""
    if not (quiz.shuffle_questions or quiz.drawn_count):
        return await work.attempts.freeze(attempt)
    fixed = await work.quizzes.question_ids(quiz.id)
    (pools,) = await work.quizzes.pools([quiz.id]) if quiz.drawn_count else [[]]
    asked = await draws.draw(work.question_bank, quiz, fixed, pools, seed=draws.seed_of(attempt.id))
    return await work.attempts.freeze_drawn(attempt, asked)
