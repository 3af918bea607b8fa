"""Access revocation: voids access tokens before they expire, on every process."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from domain.accounts.suspensions import Suspension
from domain.accounts.users import Role
from domain.acts import Act
from domain.entities import entity
from domain.ids import SessionId, UserId
from domain.signals import Signal

TOPIC = "access"
"""The topic of the signals that name revoked access."""
_LONGEST_VERSION = 18


@entity
class AccessChange:
    """A session that ended or, without a session, the lowest `version` of the user's access that is still valid."""

    user_id: UserId
    session_id: SessionId | None
    version: int


@entity
class TokenClaims:
    """What a new access token of a user may claim; a token with a lower `version` is void.

    A suspended user gets no new token.
    """

    roles: list[Role]
    version: int
    suspension: Suspension | None = None


@entity
class Changes:
    """The changes read, and the mark from which the next read continues."""

    changes: list[AccessChange]
    mark: int


class Access(Protocol):
    """The changes of the last hour, and the access version of every user."""

    async def claims(self, user_id: UserId) -> TokenClaims | None:
        """Return the user's claims and lock the user until the transaction ends; None if there is no such user."""

    async def raise_version(self, user_id: UserId) -> int:
        """Void every access token of the user; return the version that the next ones carry."""

    async def note(self, change: AccessChange, *, now: datetime) -> None:
        """Store a change for the processes that miss its signal."""

    async def since(self, mark: int, *, earliest: datetime) -> Changes:
        """Return the changes committed after the read that gave `mark`, none older than `earliest`.

        Every committed change is returned once its transaction is over, whatever the order of the commits; some
        are returned twice. A mark of 0 reads from the beginning.
        """

    async def forget(self, *, before: datetime) -> None:
        """Remove the changes that are older than every valid access token."""


async def revoke(
    access: Access,
    act: Act,
    *,
    user_id: UserId,
    session_id: SessionId | None = None,
    emit: Callable[[Signal], None],
) -> None:
    """Void the access tokens of one ended session, or all that the user has been given so far.

    Call it in the transaction of what changed (roles, suspension, password). Every process refuses the tokens and
    closes their sockets within a second of the commit. Refreshing the session, where that is still allowed, gives
    a valid token.
    """
    version = 0 if session_id else await access.raise_version(user_id)
    change = AccessChange(user_id=user_id, session_id=session_id, version=version)
    await access.note(change, now=act.now)
    emit(Signal(topic=TOPIC, body=session_id or f"{user_id}:{version}"))


def change_in(signal: Signal) -> AccessChange | None:
    """Return the change that a signal names, or None if it names none."""
    subject, _, version = signal.body.partition(":")
    if version.isdecimal() and len(version) <= _LONGEST_VERSION:
        return AccessChange(user_id=UserId(subject), session_id=None, version=int(version))
    if version or not subject.startswith(("session_", "apikey_")):
        return None
    return AccessChange(user_id=UserId(""), session_id=SessionId(subject), version=0)
