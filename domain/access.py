"""Access: what ends it before the access token does, on every process."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from domain.entities import entity
from domain.ids import SessionId, UserId
from domain.signals import Signal
from domain.suspensions import Suspension
from domain.users import Role

TOPIC = "access"
"""The topic of the signals that name what has just lost access."""
_LONGEST_VERSION = 18


@entity
class AccessChange:
    """A session that ended, or, without one, the first `version` of the user's access that is still good."""

    user_id: UserId
    session_id: SessionId | None
    version: int


@entity
class Standing:
    """What a new access token of a user may say; one with an older `version` is void.

    While a suspension holds there is no new one.
    """

    roles: list[Role]
    version: int
    suspension: Suspension | None = None


@entity
class Changes:
    """What changed, and the mark from which the next reading goes on."""

    changes: list[AccessChange]
    mark: int


class Access(Protocol):
    """The changes of the last hour, and every user's version."""

    async def standing(self, user_id: UserId) -> Standing | None:
        """Return the user's standing and hold it until the transaction ends; None where there is no such user."""

    async def raise_version(self, user_id: UserId) -> int:
        """Make every access token of the user void; return the version that the next ones carry."""

    async def note(self, change: AccessChange, *, now: datetime) -> None:
        """Store a change for the processes that miss its signal."""

    async def since(self, mark: int, *, earliest: datetime) -> Changes:
        """Return the changes committed after the reading that gave `mark`, none older than `earliest`.

        Every committed change is returned once its transaction is over, whatever the order of the commits; some
        are returned twice. A mark of 0 reads from the beginning.
        """

    async def forget(self, *, before: datetime) -> None:
        """Remove the changes that no living access token is older than."""


async def withdraw(
    access: Access,
    *,
    user_id: UserId,
    session_id: SessionId | None = None,
    now: datetime,
    emit: Callable[[Signal], None],
) -> None:
    """Void the access tokens of one session that ended, or all that the user was given so far.

    Call it in the transaction of what changed (roles, suspension, password). Every process refuses the tokens and
    closes their sockets within a second of the commit; refreshing the session, where that is still allowed, gives
    a token that works.
    """
    version = 0 if session_id else await access.raise_version(user_id)
    change = AccessChange(user_id=user_id, session_id=session_id, version=version)
    await access.note(change, now=now)
    emit(Signal(topic=TOPIC, body=session_id or f"{user_id}:{version}"))


def heard(signal: Signal) -> AccessChange | None:
    """Return the change that a signal tells of; None for one that says something else."""
    subject, _, version = signal.body.partition(":")
    if version.isdecimal() and len(version) <= _LONGEST_VERSION:
        return AccessChange(user_id=UserId(subject), session_id=None, version=int(version))
    if version or not subject.startswith(("session_", "apikey_")):
        return None
    return AccessChange(user_id=UserId(""), session_id=SessionId(subject), version=0)
