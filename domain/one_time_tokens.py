"""One-time tokens: secrets that come by mail, work once and not for long; only their digests are kept."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from domain import sessions
from domain.entities import entity
from domain.errors import DomainError
from domain.ids import Mint, UserId


class TokenPurpose(Enum):
    """What a token is good for."""

    VERIFY_EMAIL = "VERIFY_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"


LIFETIMES = {
    TokenPurpose.VERIFY_EMAIL: timedelta(hours=24),
    TokenPurpose.RESET_PASSWORD: timedelta(minutes=30),
}


@entity
class OneTimeToken:
    """A secret about to be sent, as it is kept: for whom, and the address that it proves."""

    digest: str
    purpose: TokenPurpose
    user_id: UserId
    email: str
    expires_at: datetime


class InvalidTokenError(DomainError):
    """The token is unknown, was used before or is too old; ask for a new one."""

    code = "INVALID_TOKEN"


class OneTimeTokens(Protocol):
    """Tokens that were sent and not used yet."""

    async def add(self, token: OneTimeToken) -> None:
        """Store a token."""

    async def find(self, digest: str, *, purpose: TokenPurpose, now: datetime) -> OneTimeToken | None:
        """Return a token that is still good, and leave it so."""

    async def spend(self, digest: str, *, purpose: TokenPurpose, now: datetime) -> OneTimeToken | None:
        """Remove a token that is still good and return it; of concurrent calls one gets it."""

    async def void(self, user_id: UserId, *, purpose: TokenPurpose | None = None) -> None:
        """Remove the user's tokens, of one purpose or of all."""

    async def forget(self, *, now: datetime) -> None:
        """Remove the tokens that are too old."""


async def issue(
    tokens: OneTimeTokens,
    *,
    purpose: TokenPurpose,
    user_id: UserId,
    email: str,
    mint: Mint,
    now: datetime,
    secret: bytes,
) -> str:
    """Store a new token and return the secret that goes into the mail."""
    text = sessions.first_token("token", mint, secret)
    await tokens.add(
        OneTimeToken(
            digest=sessions.digest(text),
            purpose=purpose,
            user_id=user_id,
            email=email,
            expires_at=now + LIFETIMES[purpose],
        )
    )
    return text


def invalid() -> InvalidTokenError:
    """Return the refusal of a token, the same for every reason."""
    return InvalidTokenError(
        "This link is not valid any more: it was used before, or is too old. Ask for a new one.",
        field="token",
    )
