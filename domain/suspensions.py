"""Suspensions: who may not sign in for now, and what they are told."""

from datetime import datetime

from domain.entities import entity
from domain.errors import DomainError


@entity
class Suspension:
    """Why someone may not sign in; without `until`, until an admin restores them."""

    since: datetime
    until: datetime | None
    reason: str


class AccountSuspendedError(DomainError):
    """The account is suspended: nobody signs in to it."""

    code = "ACCOUNT_SUSPENDED"


def holds(suspension: Suspension | None, *, now: datetime) -> bool:
    """Tell whether the suspension still keeps its user out."""
    return suspension is not None and (suspension.until is None or suspension.until > now)


def refuse(suspension: Suspension | None, *, now: datetime) -> None:
    """Raise AccountSuspendedError where a suspension holds; call it once it is proved who asks."""
    if suspension is None or not holds(suspension, now=now):
        return
    until = "" if suspension.until is None else f" until {suspension.until:%Y-%m-%d %H:%M} UTC"
    why = suspension.reason.rstrip(". ")
    raise AccountSuspendedError(
        f"This account is suspended{until}: {why}. Write to the support if that is wrong."
    )
