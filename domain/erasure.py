"""Erasure: an account is marked for deletion, kept for a grace, and then anonymised for good."""

from datetime import datetime, timedelta
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import SessionId, UserId

GRACE = timedelta(days=14)
RECENT = timedelta(minutes=10)
"""How fresh a sign-in has to be to stand for the password."""
ERASED_NAME = "Deleted user"
HANDLE_BYTES = 6
"""How much randomness the handle of an anonymised account has."""


@entity
class Deletion:
    """When an account will be anonymised."""

    user_id: UserId
    deletes_at: datetime


class ProofNeededError(DomainError):
    """The act needs the password, or a sign-in of the last minutes."""

    code = "PROOF_NEEDED"


class Erasure(Protocol):
    """Accounts that are to be anonymised."""

    async def deletions_of(self, ids: list[UserId], *, viewer_id: UserId) -> list[Deletion | None]:
        """Return one slot per id; only the viewer's own is filled, where a deletion is under way."""

    async def signed_in_at(self, session_id: SessionId) -> datetime | None:
        """Return when a session was opened."""

    async def mark(self, user_id: UserId, deletes_at: datetime | None) -> None:
        """Let an account be anonymised from a moment on, or not at all."""

    async def due(self, *, now: datetime) -> UserId | None:
        """Take one account whose grace is over; another process takes another one."""

    async def anonymise(self, user_id: UserId, *, handle: str, now: datetime) -> None:
        """Remove who it was and leave what boards and statistics count; a second time changes nothing."""
