"""Errors of the assistant: why a language model gave no answer that the platform can use."""

from collections.abc import Sequence
from datetime import datetime

from domain.errors import DomainError, InvalidInputError, UnavailableError
from domain.service_status.dependencies import PostponedError


class AiQuotaReachedError(DomainError):
    """The caller has used up the requests or tokens of the day; more come at `resets_at`."""

    code = "AI_QUOTA_REACHED"

    def __init__(self, message: str, *, resets_at: datetime, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.resets_at = resets_at


class CallerGoneError(DomainError):
    """The account that asks was erased; a job for it ends without an effect."""

    code = "CALLER_GONE"


class AiUnavailableError(UnavailableError):
    """No language model answers at present; a job tries again later."""

    code = "AI_UNAVAILABLE"


class AiPaceReachedError(AiUnavailableError, PostponedError):
    """The caller sent more requests in a minute than are answered; a job waits for `retry_in` and loses no attempt."""

    code = "AI_PACE_REACHED"


class AiOutputRefusedError(DomainError):
    """A language model answered twice with what the platform may not keep; `findings` say what was wrong at last."""

    code = "AI_OUTPUT_REFUSED"

    def __init__(self, message: str, *, findings: Sequence[str], field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.findings = list(findings)


class UnknownModelError(InvalidInputError):
    """The model is not one of those that the platform offers."""

    code = "UNKNOWN_MODEL"


class PromptTooLongError(InvalidInputError):
    """The texts do not fit into the context of the model."""

    code = "PROMPT_TOO_LONG"
