"""Domain errors: refusals of a rule, each a fact with a sentence for people and a stable code."""

from typing import ClassVar


class DomainError(Exception):
    """A rule refused the action; nothing was changed.

    `code` is stable and for programs, `message` is for people and says what to do next, `field` names the input that
    caused it, as the schema spells it, or is None.
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
    """There is no such object, or it belongs to another user; callers cannot distinguish the two."""

    code = "NOT_FOUND"


class UnauthenticatedError(DomainError):
    """The operation needs a signed-in caller."""

    code = "UNAUTHENTICATED"


class ForbiddenError(DomainError):
    """The actor's roles do not allow the action."""

    code = "FORBIDDEN"


class VersionConflictError(DomainError):
    """The object changed since the client read it; `current_id` is its id, to show it as it is now."""

    code = "VERSION_CONFLICT"

    def __init__(self, message: str, *, current_id: str, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.current_id = current_id


class UnavailableError(DomainError):
    """A service that the response needs does not answer; try again later."""

    code = "UPSTREAM_UNAVAILABLE"


class RolledBackError(UnavailableError):
    """Other transactions were in the way, and all of the unit of work was rolled back; repeating it may succeed."""


class IdempotencyKeyReusedError(DomainError):
    """The idempotency key was used before with other input."""

    code = "IDEMPOTENCY_KEY_REUSED"
