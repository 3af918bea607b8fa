"""Limits of quizzes: when a learner may begin an attempt, and when again."""

from datetime import datetime

from domain.assessment.attempt_errors import AttemptsUsedUpError, AttemptTooSoonError, QuizNotOpenError
from domain.assessment.attempts import QuizAttempt
from domain.assessment.work import AssessmentWork
from domain.content.quizzes import Quiz


async def check(work: AssessmentWork, quiz: Quiz, attempt: QuizAttempt, now: datetime) -> None:
    """Refuse a new attempt, already stored, that the settings of the quiz do not allow.

    The learner's earlier attempts are counted only where the quiz has a limit; every one counts, in whatever state it
    ended. Raises QuizNotOpenError, AttemptsUsedUpError or AttemptTooSoonError.
    """
    if quiz.opens_at is not None and now < quiz.opens_at:
        raise QuizNotOpenError(
            "This quiz is not open yet; begin it at availableAt.", available_at=quiz.opens_at
        )
    if quiz.attempts_allowed is None and quiz.cool_down is None:
        return
    taken = await work.attempts.taken(quiz.id, user_id=attempt.user_id, without=attempt.id)
    if quiz.attempts_allowed is not None and taken.count >= quiz.attempts_allowed:
        raise AttemptsUsedUpError(
            "You have begun this quiz as often as it allows; choose another one.", available_at=None
        )
    if quiz.cool_down is None or taken.last_end is None:
        return
    again = taken.last_end + quiz.cool_down
    if now >= again:
        return
    if quiz.is_closed(again):
        raise AttemptTooSoonError(
            "This quiz closes before you may begin it again; choose another one.", available_at=None
        )
    raise AttemptTooSoonError(
        "It is too soon for another attempt; begin it at availableAt.", available_at=again
    )
