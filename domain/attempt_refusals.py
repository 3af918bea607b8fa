"""What attempts say no to."""

from domain.attempts import QuizAttempt
from domain.errors import DomainError


class QuizClosedError(DomainError):
    """The quiz takes no attempts any more."""

    code = "QUIZ_CLOSED"


class AttemptClosedError(DomainError):
    """The attempt is over, or its deadline has passed; it takes no more answers."""

    code = "ATTEMPT_CLOSED"


class SlotLockedError(DomainError):
    """The quiz shows what was right after each answer, so an answer is final."""

    code = "SLOT_LOCKED"


class AttemptAlreadySubmittedError(DomainError):
    """The attempt was finished before, under another idempotency key."""

    code = "ATTEMPT_ALREADY_SUBMITTED"

    def __init__(self, attempt: QuizAttempt) -> None:
        super().__init__("This attempt is finished; its result stands.", field="attemptId")
        self.attempt = attempt
