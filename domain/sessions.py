"""Sessions: what they are and where they are kept, with refresh tokens that are spent at each use."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.access import Standing
from domain.entities import entity
from domain.errors import DomainError
from domain.ids import Mint, SessionId, UserId
from domain.users import User, Viewer

REFRESH_LIFETIME = timedelta(days=30)
GRACE = timedelta(seconds=10)
"""How long a spent refresh token still yields its successor, for a client whose answer got lost."""
MOST_SESSIONS = 50
"""How many sessions a user may have open; one more ends the one that was unused longest."""


@entity
class Session:
    """One signed-in device; it ends at `expires_at` however often it is refreshed.

    `address` is masked, and that of the last use.
    """

    id: SessionId
    user_id: UserId
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime
    device: str | None
    address: str | None


@entity
class Spent:
    """A refresh token that was just presented: its session and when it was first spent, if before."""

    session: Session
    spent_before: datetime | None


@entity
class SignedIn:
    """What a client gets when it signed in or refreshed; both tokens are secrets."""

    user: User
    viewer: Viewer
    refresh_token: str
    session: Session


class InvalidCredentialsError(DomainError):
    """No account has this e-mail and password."""

    code = "INVALID_CREDENTIALS"


class InvalidRefreshTokenError(DomainError):
    """The refresh token is unknown, spent or expired; sign in again."""

    code = "INVALID_REFRESH_TOKEN"


class Sessions(Protocol):
    """Sessions with the hashes of their refresh tokens; a session is the family of its tokens."""

    async def add(self, session: Session, *, token_hash: str) -> None:
        """Store a session with its first refresh token."""

    async def spend(self, token_hash: str, *, now: datetime) -> Spent | None:
        """Spend a refresh token; None when it is unknown, revoked or its session is over.

        Of any number of concurrent calls exactly one sees `spent_before` None.
        """

    async def succeed(
        self, session_id: SessionId, *, token_hash: str, now: datetime, address: str | None
    ) -> None:
        """Store the successor of a spent token and the use of the session; the same one again adds nothing."""

    async def is_unspent(self, token_hash: str) -> bool:
        """Tell whether the token is known and was never presented."""

    async def open_by_users(
        self, ids: Sequence[UserId], *, viewer_id: UserId, now: datetime
    ) -> list[list[Session]]:
        """Return one list per user, last used first; only the viewer's own is filled."""

    async def end(self, ids: Sequence[SessionId], *, user_id: UserId, now: datetime) -> list[Session]:
        """End those of the sessions that are the user's and open, and return them."""

    async def knows_device(self, user_id: UserId, device: str | None, *, since: datetime) -> bool | None:
        """Tell whether a session on the device was used since then; None for who never had a session."""

    async def forget(self, *, unused_since: datetime) -> None:
        """Remove the sessions that are over and were last used before then."""


def signed_in(user: User, standing: Standing, session: Session, token: str) -> SignedIn:
    """Compose what a client gets; the viewer has the roles and the version that the user has now."""
    viewer = Viewer(
        user_id=user.id, session_id=session.id, roles=frozenset(standing.roles), version=standing.version
    )
    return SignedIn(user=user, viewer=viewer, refresh_token=token, session=session)


def first_token(kind: str, mint: Mint, secret: bytes) -> str:
    """Make a token that follows none, from 148 random bits: an identifier alone has 74, too few for a secret."""
    return successor(f"{mint(kind)} {mint(kind)}", secret)


def successor(token: str, secret: bytes) -> str:
    """Derive the one token that follows another."""
    return hmac.new(secret, token.encode(), hashlib.sha256).hexdigest()


def digest(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
