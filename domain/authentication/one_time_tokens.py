"""One-time tokens: secrets sent by mail that work once and expire; only their digests are stored."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from domain.acts import Act
from domain.authentication import sessions
from domain.authentication.credentials import Credentials, CredentialStore
from domain.entities import entity
from domain.errors import DomainError
from domain.ids import UserId


class TokenPurpose(Enum):
    """What a token is for."""

    VERIFY_EMAIL = "VERIFY_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"


LIFETIMES = {
    TokenPurpose.VERIFY_EMAIL: timedelta(hours=24),
    TokenPurpose.RESET_PASSWORD: timedelta(minutes=30),
}


@entity
class OneTimeToken:
    """A token as it is stored: its digest, its user, and the address that it is sent to and verifies."""

    digest: str
    purpose: TokenPurpose
    user_id: UserId
    email: str
    expires_at: datetime


class InvalidTokenError(DomainError):
    """The token is unknown, was used before or has expired; ask for a new one."""

    code = "INVALID_TOKEN"


class OneTimeTokens(Protocol):
    """Tokens that were sent and not used yet."""

    async def add(self, token: OneTimeToken) -> None:
        """Store a token."""

    async def find(self, digest: str, *, purpose: TokenPurpose, now: datetime) -> OneTimeToken | None:
        """Return a valid token without spending it."""

    async def spend(self, digest: str, *, purpose: TokenPurpose, now: datetime) -> OneTimeToken | None:
        """Remove a valid token and return it; of concurrent calls exactly one gets it."""

    async def void(self, user_id: UserId, *, purpose: TokenPurpose | None = None) -> None:
        """Remove the user's tokens, of one purpose or of all."""

    async def forget(self, *, now: datetime) -> None:
        """Remove expired tokens."""


async def issue(
    tokens: OneTimeTokens, act: Act, *, purpose: TokenPurpose, user_id: UserId, email: str, secret: bytes
) -> str:
    """Store a new token and return the secret that goes into the mail."""
    text = sessions.first_token("token", act.mint, secret)
    await tokens.add(
        OneTimeToken(
            digest=sessions.digest(text),
            purpose=purpose,
            user_id=user_id,
            email=email,
            expires_at=act.now + LIFETIMES[purpose],
        )
    )
    return text


async def redeem(
    tokens: OneTimeTokens, credentials: CredentialStore, *, token: str, purpose: TokenPurpose, now: datetime
) -> tuple[OneTimeToken, Credentials]:
    """Spend a token and return it with the credentials of its user; raises InvalidTokenError.

    The account is locked before the token is taken, as in every verb that voids tokens. The reverse order could
    deadlock with them.
    """
    digest = sessions.digest(token)
    found = await tokens.find(digest, purpose=purpose, now=now)
    locked = await credentials.lock(found.user_id) if found else None
    spent = await tokens.spend(digest, purpose=purpose, now=now) if locked else None
    if spent is None or locked is None:
        raise invalid()
    return spent, locked


def invalid() -> InvalidTokenError:
    """Return the refusal of a token, the same for every reason."""
    return InvalidTokenError(
        "This link is no longer valid: it was used before, or has expired. Ask for a new one.",
        field="token",
    )
