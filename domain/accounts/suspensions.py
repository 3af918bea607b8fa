"""Suspensions: keep a user from signing in, with a reason."""

from datetime import datetime
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import UserId
from domain.signals import Signal


@entity
class Suspension:
    """Why a user may not sign in; without `until` it lasts until an admin restores them."""

    since: datetime
    until: datetime | None
    reason: str


class BoardMembership(Protocol):
    """The places of suspended users on leaderboards."""

    async def lock(self) -> None:
        """Keep the boards as they are until the commit; take it before the suspension is stored."""

    async def refresh(self, user_id: UserId, *, now: datetime) -> list[Signal]:
        """Hide the user where they are suspended, show them where not; return the signals of the changed boards."""


class AccountSuspendedError(DomainError):
    """The account is suspended and cannot be signed in to."""

    code = "ACCOUNT_SUSPENDED"


def is_in_force(suspension: Suspension | None, *, now: datetime) -> bool:
    """Tell whether the suspension applies at `now`."""
    return suspension is not None and (suspension.until is None or suspension.until > now)


def refuse(suspension: Suspension | None, *, now: datetime) -> None:
    """Raise AccountSuspendedError if a suspension is in force; call it only for an authenticated user."""
    if suspension is None or not is_in_force(suspension, now=now):
        return
    until = "" if suspension.until is None else f" until {suspension.until:%Y-%m-%d %H:%M} UTC"
    why = suspension.reason.rstrip(". ")
    raise AccountSuspendedError(
        f"This account is suspended{until}: {why}. Contact support if this is a mistake."
    )
