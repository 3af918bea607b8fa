"""Acts: who changes something, from where and when."""

from dataclasses import replace
from datetime import datetime

from domain.entities import entity
from domain.errors import UnauthenticatedError
from domain.ids import Mint, SessionId, UserId


@entity
class Origin:
    """Where an act came from: the caller's address, already masked, and the session, if there is one."""

    address: str | None
    session_id: SessionId | None


NOWHERE = Origin(address=None, session_id=None)
"""The origin of what the platform does by itself."""


@entity
class Act:
    """One act: its actor, where it came from, when it happens, and what makes its ids.

    `actor_id` is None for an anonymous caller and for the platform itself. `by_key` says that an API key acts.
    """

    actor_id: UserId | None
    origin: Origin
    now: datetime
    mint: Mint
    by_key: bool = False

    @property
    def user_id(self) -> UserId:
        """The actor's id; raises UnauthenticatedError if there is none."""
        if self.actor_id is None:
            raise UnauthenticatedError("Sign in and send the access token.")
        return self.actor_id

    @property
    def session_id(self) -> SessionId:
        """The session in which the actor acts; raises UnauthenticatedError if there is none."""
        if self.origin.session_id is None:
            raise UnauthenticatedError("Sign in and send the access token.")
        return self.origin.session_id

    def by(self, actor_id: UserId | None) -> "Act":
        """Return the same act with another actor: an account just created or found, or None for an unknown one."""
        return replace(self, actor_id=actor_id)

    def within(self, session_id: SessionId) -> "Act":
        """Return the same act in another session, such as one that has just been opened."""
        return replace(self, origin=replace(self.origin, session_id=session_id))


def by_platform(*, now: datetime, mint: Mint) -> Act:
    """Return an act of the platform itself, such as that of a job or a command."""
    return Act(actor_id=None, origin=NOWHERE, now=now, mint=mint)
