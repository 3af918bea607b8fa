"""Refusals of attempts."""

from datetime import datetime

from domain.assessment.attempts import QuizAttempt
from domain.errors import DomainError


class QuizClosedError(DomainError):
    """The quiz takes no attempts any more."""

    code = "QUIZ_CLOSED"


class QuizUnavailableError(DomainError):
    """The quiz takes no attempt of this learner now; `available_at` is when it does again, None for never."""

    code = "QUIZ_UNAVAILABLE"

    def __init__(self, message: str, *, available_at: datetime | None) -> None:
        super().__init__(message, field="quizId")
        self.available_at = available_at


class QuizNotOpenError(QuizUnavailableError):
    """The quiz opens later."""

    code = "QUIZ_NOT_OPEN"


class AttemptTooSoonError(QuizUnavailableError):
    """The learner has to wait after the end of the last attempt."""

    code = "ATTEMPT_TOO_SOON"


class AttemptsUsedUpError(QuizUnavailableError):
    """The learner has begun as many attempts as the quiz allows."""

    code = "ATTEMPTS_USED_UP"


class AttemptClosedError(DomainError):
    """The attempt is over, or its deadline has passed; it takes no more answers."""

    code = "ATTEMPT_CLOSED"


class SlotLockedError(DomainError):
    """The quiz shows the right answer after each one, so an answer is final."""

    code = "SLOT_LOCKED"


class AttemptAlreadySubmittedError(DomainError):
    """The attempt was finished before, under another idempotency key."""

    code = "ATTEMPT_ALREADY_SUBMITTED"

    def __init__(self, attempt: QuizAttempt) -> None:
        super().__init__(
            "This attempt is over and does not change any more; start a new one.", field="attemptId"
        )
        self.attempt = attempt
