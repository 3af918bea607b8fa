"""Account deletion: an account is marked for deletion, kept for a grace period, and then anonymised for good."""

from datetime import datetime, timedelta
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import SessionId, UserId

GRACE = timedelta(days=14)
RECENT = timedelta(minutes=10)
"""How recent a sign-in must be to take the place of the password."""
ANONYMISED_NAME = "Deleted user"
HANDLE_BYTES = 6
"""The number of random bytes in the handle of an anonymised account."""


@entity
class Deletion:
    """When an account will be anonymised."""

    user_id: UserId
    deletes_at: datetime


class ProofNeededError(DomainError):
    """The act needs the password, or a sign-in of the last minutes."""

    code = "PROOF_NEEDED"


class Deletions(Protocol):
    """Accounts that are to be anonymised."""

    async def deletions_of(self, ids: list[UserId], *, viewer_id: UserId) -> list[Deletion | None]:
        """Return one slot per id; only the viewer's own is filled, if a deletion is pending."""

    async def signed_in_at(self, session_id: SessionId) -> datetime | None:
        """Return when a session was opened."""

    async def mark(self, user_id: UserId, deletes_at: datetime | None) -> None:
        """Set when an account will be anonymised; None cancels it."""

    async def due(self, *, now: datetime, failed_before: datetime) -> UserId | None:
        """Lock one account whose grace period is over; concurrent calls get different accounts.

        One with an erasure that goes on, or that has failed since `failed_before`, is left out.
        """

    async def lock_due(self, user_id: UserId, *, now: datetime) -> bool:
        """Lock an account; tells whether its grace period is over and it is not anonymised."""

    async def left(self, user_id: UserId) -> list[str]:
        """Return the names of the tables that have rows of an account which `anonymise` removes."""

    async def anonymise(self, user_id: UserId, *, handle: str, now: datetime) -> None:
        """Remove personal data and keep what leaderboards and statistics count; repeating it changes nothing."""
