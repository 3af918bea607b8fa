"""Refusals: what a rule says no to, as facts with a sentence for a human and a stable code."""

from typing import ClassVar


class DomainError(Exception):
    """A rule refused the act; nothing was changed.

    `code` is stable and for programs, `message` is for humans and says what to do next, `field` names
    the input that is to blame, in the spelling of the schema, or is None.
    """

    code: ClassVar[str] = "REFUSED"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class InvalidInputError(DomainError):
    """A value breaks a rule of its field."""

    code = "INVALID_INPUT"


class NotFoundError(DomainError):
    """No such object, or it belongs to someone else; the two are not told apart."""

    code = "NOT_FOUND"


class ForbiddenError(DomainError):
    """The actor's roles do not allow the act."""

    code = "FORBIDDEN"


class VersionConflictError(DomainError):
    """The object changed since the client read it; read it again and repeat the change."""

    code = "VERSION_CONFLICT"


class UnavailableError(DomainError):
    """Something that the answer needs does not respond; try again later."""

    code = "UPSTREAM_UNAVAILABLE"


class IdempotencyKeyReusedError(DomainError):
    """The idempotency key was used before with other input."""

    code = "IDEMPOTENCY_KEY_REUSED"
