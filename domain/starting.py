"""How an attempt begins, and how it is given up."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random

from domain import idempotency, submitting
from domain.attempt_refusals import AttemptAlreadySubmittedError, QuizClosedError
from domain.attempts import AttemptMode, AttemptState, QuizAttempt, is_overdue
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import AttemptId, Mint, QuizId, UserId
from domain.questions import Question
from domain.quizzes import Quiz
from domain.work import Work


async def start(
    work: Work,
    *,
    user_id: UserId,
    quiz_id: QuizId,
    mode: AttemptMode,
    idempotency_key: str,
    mint: Mint,
    now: datetime,
) -> QuizAttempt:
    """Begin an attempt with the quiz's questions frozen, or return the one that is open.

    Raises NotFoundError, QuizClosedError or IdempotencyKeyReusedError.
    """
    (quiz,) = await work.quizzes.by_ids([quiz_id])
    if quiz is None:
        raise NotFoundError("There is no such quiz.", field="quizId")
    new = _attempt(quiz, user_id=user_id, mode=mode, attempt_id=AttemptId(mint("attempt")), now=now)
    attempt = await work.attempts.open(new)
    if is_overdue(attempt, now):
        await submitting.expire(work, attempt, mint=mint, now=now)
        attempt = await work.attempts.open(new)
    earlier = await idempotency.first_use(
        work.receipts,
        user_id=user_id,
        operation="startQuizAttempt",
        key=idempotency_key,
        given={"quiz_id": quiz_id, "mode": mode.value},
        result_id=attempt.id,
        now=now,
    )
    if earlier is not None and earlier != attempt.id:
        if attempt.id == new.id:
            await work.attempts.discard(new.id)
        return await submitting.own_attempt(work, user_id=user_id, attempt_id=AttemptId(earlier))
    if attempt.id == new.id:
        await _freeze(work, quiz, attempt, now)
    return attempt


async def abandon(
    work: Work, *, user_id: UserId, attempt_id: AttemptId, mint: Mint, now: datetime
) -> QuizAttempt:
    """Give an attempt up: it earns nothing and shows nothing; giving it up again changes nothing.

    Raises NotFoundError, or AttemptAlreadySubmittedError where it was graded before.
    """
    attempt = await submitting.own_attempt(work, user_id=user_id, attempt_id=attempt_id)
    if is_overdue(attempt, now):
        return await submitting.expire(work, attempt, mint=mint, now=now)
    closed = await work.attempts.close(
        attempt_id, user_id=user_id, state=AttemptState.ABANDONED, finished_at=now
    )
    if closed is not None:
        return closed
    attempt = await submitting.own_attempt(work, user_id=user_id, attempt_id=attempt_id)
    if attempt.state is not AttemptState.ABANDONED:
        raise AttemptAlreadySubmittedError(attempt)
    return attempt


def deadline_of(quiz: Quiz, now: datetime, *, time_multiplier: Fraction = Fraction(1)) -> datetime | None:
    """Return when an attempt that starts now must end: by the time limit, and before the quiz closes."""
    limits = [] if quiz.closes_at is None else [quiz.closes_at]
    if quiz.time_limit is not None:
        microsecond = timedelta(microseconds=1)
        limits.append(now + int(quiz.time_limit // microsecond * time_multiplier) * microsecond)
    return min(limits, default=None)


def in_order_of(question: Question, seed: int) -> Question:
    """Return the question with its options in the order that the attempt's seed gives them."""
    options = list(question.options)
    Random(f"{seed}:{question.id}").shuffle(options)  # noqa: S311 - an order, not a secret
    return replace(question, options=options)


def _attempt(
    quiz: Quiz, *, user_id: UserId, mode: AttemptMode, attempt_id: AttemptId, now: datetime
) -> QuizAttempt:
    return QuizAttempt(
        id=attempt_id,
        user_id=user_id,
        quiz_id=quiz.id,
        mode=mode,
        state=AttemptState.IN_PROGRESS,
        feedback=quiz.feedback,
        pass_mark=quiz.pass_mark,
        seed=int.from_bytes(hashlib.sha256(attempt_id.encode()).digest()[:4], "big"),
        started_at=now,
        deadline=deadline_of(quiz, now),
        finished_at=None,
        local_date=None,
        score=None,
        passed=None,
    )


async def _freeze(work: Work, quiz: Quiz, attempt: QuizAttempt, now: datetime) -> None:
    """Keep the questions of a new attempt as they are now; a refusal here takes the attempt back."""
    if quiz.closes_at is not None and now >= quiz.closes_at:
        raise QuizClosedError("This quiz is closed; choose another one.", field="quizId")
    if not await work.attempts.freeze(attempt):
        raise InvalidInputError("This quiz has no questions yet.", field="quizId")
