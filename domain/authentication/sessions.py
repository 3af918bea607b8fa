"""Sessions: one signed-in device each, with refresh tokens that are spent at each use."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.accounts.access_revocation import TokenClaims
from domain.accounts.users import User, Viewer
from domain.entities import entity
from domain.errors import DomainError
from domain.ids import Mint, SessionId, UserId

MOST_SESSIONS = 50
"""How many sessions a user may have open; one more ends the least recently used one."""


@entity
class SessionLifetime:
    """How long a session lasts: `idle` after its last use, and never longer than `absolute` after the sign-in."""

    idle: timedelta = timedelta(days=30)
    absolute: timedelta = timedelta(days=365)

    def end(self, created_at: datetime, *, now: datetime) -> datetime:
        """Return when a session ends that was opened at `created_at` and is used now."""
        return min(now + self.idle, created_at + self.absolute)


@entity
class Session:
    """One signed-in device; the session ends at `expires_at`, which moves with every refresh.

    `address` is the masked address of the last use.
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
    """A refresh token that was presented: its session, and when it was first spent, if it was before."""

    session: Session
    spent_before: datetime | None


@entity
class SignedIn:
    """The result of a sign-in or refresh; the refresh token is a secret."""

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
    """Sessions with the hashes of their refresh tokens; each token succeeds another of its session."""

    async def add(self, session: Session, *, token_hash: str) -> None:
        """Store a session with its first refresh token."""

    async def spend(self, token_hash: str, *, now: datetime) -> Spent | None:
        """Spend a refresh token; None if it is unknown or its session has ended.

        Of any number of concurrent calls exactly one sees `spent_before` None.
        """

    async def succeed(self, session: Session, *, token_hash: str) -> None:
        """Store the successor of a spent token, and the last use and the end of the session.

        Repeating it adds no token.
        """

    async def is_unspent(self, token_hash: str) -> bool:
        """Tell whether the token exists and was never presented."""

    async def open_by_users(
        self, ids: Sequence[UserId], *, viewer_id: UserId, now: datetime
    ) -> list[list[Session]]:
        """Return one list per user, most recently used first; only the viewer's own is filled."""

    async def by_ids(
        self, ids: Sequence[SessionId], *, viewer_id: UserId, now: datetime
    ) -> list[Session | None]:
        """Return the viewer's open sessions among these, one slot per id, in their order."""

    async def end(self, ids: Sequence[SessionId], *, user_id: UserId, now: datetime) -> list[Session]:
        """End the user's open sessions among these, and return them."""

    async def knows_device(self, user_id: UserId, device: str | None, *, since: datetime) -> bool | None:
        """Tell whether a session on the device was used since then; None if the user never had a session."""

    async def forget(self, *, unused_since: datetime) -> None:
        """Remove the ended sessions that were last used before then, and the tokens that were spent before then."""


def signed_in(user: User, claims: TokenClaims, session: Session, token: str) -> SignedIn:
    """Compose the result of a sign-in; the viewer has the user's current roles and access version."""
    viewer = Viewer(
        user_id=user.id, session_id=session.id, roles=frozenset(claims.roles), version=claims.version
    )
    return SignedIn(user=user, viewer=viewer, refresh_token=token, session=session)


def first_token(kind: str, mint: Mint, secret: bytes) -> str:
    """Make the first token of a chain from 148 random bits; one identifier has 74, too few for a secret."""
    return successor(f"{mint(kind)} {mint(kind)}", secret)


def successor(token: str, secret: bytes) -> str:
    """Derive the one token that succeeds another."""
    return hmac.new(secret, token.encode(), hashlib.sha256).hexdigest()


def digest(token: str) -> str:
    """Return the digest under which a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()
