"""Sessions: signing in and out, and refresh tokens that are spent at each use."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import Mint, SessionId, UserId
from domain.passwords import Passwords, normal
from domain.users import Credentials, NewUser, Role, User, Users, Viewer

REFRESH_LIFETIME = timedelta(days=30)
GRACE = timedelta(seconds=10)
"""How long a spent refresh token still yields its successor, for a client whose answer got lost."""


@entity
class Session:
    """One signed-in device; it ends at `expires_at` however often it is refreshed."""

    id: SessionId
    user_id: UserId
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime


@entity
class Spent:
    """A refresh token that was just presented: its session and when it was first spent, if before."""

    session: Session
    spent_before: datetime | None
    roles: list[Role]


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
    """Sessions with the hashes of their refresh tokens."""

    async def add(self, session: Session, *, token_hash: str) -> None:
        """Store a session with its first refresh token."""

    async def spend(self, token_hash: str, *, now: datetime) -> Spent | None:
        """Spend a refresh token; None when it is unknown, revoked or its session is over.

        Of any number of concurrent calls exactly one sees `spent_before` None.
        """

    async def succeed(self, session_id: SessionId, *, token_hash: str, now: datetime) -> None:
        """Store the successor of a spent token; storing it again changes nothing."""

    async def is_unspent(self, token_hash: str) -> bool:
        """Tell whether the token is known and was never presented."""

    async def revoke(self, session_id: SessionId, *, now: datetime) -> None:
        """End a session and all its refresh tokens."""


async def register(
    accounts: Users, sessions: Sessions, *, new: NewUser, mint: Mint, now: datetime, secret: bytes
) -> SignedIn:
    """Store a new user and sign them in; raises EmailTakenError or HandleTakenError."""
    user = await accounts.add(new)
    return await _open(sessions, user, new.roles, mint=mint, now=now, secret=secret)


async def identify(known: Credentials | None, *, passwords: Passwords, password: str) -> Credentials:
    """Return the credentials when the password is theirs; raises InvalidCredentialsError.

    No credentials (an unknown address) cost the same work and say the same words as a wrong password. No
    database connection should be held meanwhile.
    """
    right = await passwords.verify(known.password_hash if known else None, normal(password))
    if known is None or not right:
        raise InvalidCredentialsError("No account has this e-mail and password; check both and try again.")
    return known


async def login(
    accounts: Users, sessions: Sessions, *, known: Credentials, mint: Mint, now: datetime, secret: bytes
) -> SignedIn:
    """Open a session for someone who was identified; raises InvalidCredentialsError if they are gone."""
    (user,) = await accounts.by_ids([known.user_id])
    if user is None:
        raise InvalidCredentialsError("No account has this e-mail and password; check both and try again.")
    return await _open(sessions, user, known.roles, mint=mint, now=now, secret=secret)


async def refresh(
    accounts: Users, sessions: Sessions, *, now: datetime, secret: bytes, refresh_token: str
) -> SignedIn | None:
    """Spend a refresh token and return its one successor, or None where the whole session was revoked.

    The successor is derived from the spent token, so that a client whose answer got lost may repeat the call
    within ten seconds and gets the same one. A token that comes back later, or after its successor was used,
    was stolen: the session ends, which the caller must commit before it refuses.
    """
    spent = await sessions.spend(_digest(refresh_token), now=now)
    if spent is None:
        return None
    successor = _successor(refresh_token, secret)
    lost = spent.spent_before is not None and now - spent.spent_before <= GRACE
    if spent.spent_before is not None and not (lost and await sessions.is_unspent(_digest(successor))):
        await sessions.revoke(spent.session.id, now=now)
        return None
    await sessions.succeed(spent.session.id, token_hash=_digest(successor), now=now)
    (user,) = await accounts.by_ids([spent.session.user_id])
    if user is None:
        return None
    return _signed_in(user, spent.roles, spent.session, successor)


async def logout(sessions: Sessions, *, viewer: Viewer, now: datetime) -> None:
    """End the caller's session; its refresh tokens stop working at once."""
    await sessions.revoke(viewer.session_id, now=now)


async def _open(
    sessions: Sessions, user: User, roles: list[Role], *, mint: Mint, now: datetime, secret: bytes
) -> SignedIn:
    session = Session(
        id=SessionId(mint("session")),
        user_id=user.id,
        created_at=now,
        expires_at=now + REFRESH_LIFETIME,
        last_used_at=now,
    )
    token = _successor(mint("refresh"), secret)
    await sessions.add(session, token_hash=_digest(token))
    return _signed_in(user, roles, session, token)


def _signed_in(user: User, roles: list[Role], session: Session, token: str) -> SignedIn:
    viewer = Viewer(user_id=user.id, session_id=session.id, roles=frozenset(roles))
    return SignedIn(user=user, viewer=viewer, refresh_token=token, session=session)


def _successor(token: str, secret: bytes) -> str:
    return hmac.new(secret, token.encode(), hashlib.sha256).hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
