"""Refusals of attempts."""

from domain.assessment.attempts import QuizAttempt
from domain.errors import DomainError


class QuizClosedError(DomainError):
    """The quiz takes no attempts any more."""

    code = "QUIZ_CLOSED"


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
        super().__init__("This attempt is finished; its result is final.", field="attemptId")
        self.attempt = attempt
