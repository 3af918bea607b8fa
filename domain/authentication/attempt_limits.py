"""Attempt limits: how often something may be attempted, counted for all processes; none locks an account for good."""

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError

_V6_NETWORK = 64


@entity
class AttemptLimit:
    """At most `most` attempts in any `window`; `name` keeps the counts of different acts apart."""

    name: str
    most: int
    window: timedelta


WRONG_PASSWORDS = AttemptLimit(name="password of account", most=10, window=timedelta(minutes=15))
WRONG_PASSWORDS_FROM = AttemptLimit(name="password from address", most=100, window=timedelta(hours=1))
REGISTRATIONS_FROM = AttemptLimit(name="registration from address", most=60, window=timedelta(hours=1))
MAILS_TO = AttemptLimit(name="mail to address", most=5, window=timedelta(hours=1))
MAILS_FROM = AttemptLimit(name="mail from address", most=30, window=timedelta(hours=1))
FLOWS_FROM = AttemptLimit(name="sign-in flow from address", most=120, window=timedelta(hours=1))


@entity
class CountedAttempt:
    """One counted attempt, which can be taken back."""

    limit: AttemptLimit
    key: str
    at: datetime


class TooManyAttemptsError(DomainError):
    """There were too many attempts; the next one is allowed at `retry_at`."""

    code = "TOO_MANY_ATTEMPTS"

    def __init__(self, message: str, *, retry_at: datetime, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.retry_at = retry_at


class AttemptLimits(Protocol):
    """The moments of the attempts under each key, within the window."""

    async def count(self, key: str, *, limit: AttemptLimit, now: datetime) -> datetime | None:
        """Count an attempt and return None, or, if the limit is reached, return when the oldest attempt expires.

        Of concurrent attempts no more than the limit are counted.
        """

    async def take_back(self, key: str, *, at: datetime) -> None:
        """Remove one attempt."""

    async def rewrite(self, key: str) -> None:
        """Store the attempts again unchanged, to cost as much as a write for an existing account."""

    async def clear(self, key: str) -> None:
        """Remove all attempts."""

    async def forget(self, *, now: datetime) -> None:
        """Remove the keys whose attempts have all expired."""


async def count(
    limits: AttemptLimits, limit: AttemptLimit, subject: str, *, secret: bytes, now: datetime
) -> CountedAttempt:
    """Count an attempt before its work is done, under a keyed digest of the subject; raises TooManyAttemptsError."""
    key = _key(limit, subject, secret)
    retry_at = await limits.count(key, limit=limit, now=now)
    if retry_at is not None:
        minutes = max(1, -(-(retry_at - now) // timedelta(minutes=1)))
        raise TooManyAttemptsError(
            f"Too many attempts; try again in {minutes} minute{'s' if minutes > 1 else ''}.",
            retry_at=retry_at,
        )
    return CountedAttempt(limit=limit, key=key, at=now)


async def count_from(
    limits: AttemptLimits, limit: AttemptLimit, address: str | None, *, secret: bytes, now: datetime
) -> list[CountedAttempt]:
    """Count an attempt by the client's address, if that is known; raises TooManyAttemptsError."""
    if address is None:
        return []
    return [await count(limits, limit, network_of(address), secret=secret, now=now)]


async def count_mail(
    limits: AttemptLimits, *, email: str, address: str | None, secret: bytes, now: datetime
) -> CountedAttempt:
    """Count a requested mail, by the client's address and by the recipient; raises TooManyAttemptsError."""
    await count_from(limits, MAILS_FROM, address, secret=secret, now=now)
    return await count(limits, MAILS_TO, email, secret=secret, now=now)


async def clear(limits: AttemptLimits, limit: AttemptLimit, subject: str, *, secret: bytes) -> None:
    """Remove all attempts of a subject."""
    await limits.clear(_key(limit, subject, secret))


async def clear_account(limits: AttemptLimits, email: str, *, secret: bytes) -> None:
    """Forget the wrong passwords of an account, and the mails that were requested for its address."""
    for limit in (WRONG_PASSWORDS, MAILS_TO):
        await limits.clear(_key(limit, email, secret))


def network_of(address: str) -> str:
    """Return the network that is taken for one client: an IPv4 address, or 64 bits of an IPv6 one."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed), _V6_NETWORK), strict=False))


def _key(limit: AttemptLimit, subject: str, secret: bytes) -> str:
    return hmac.new(secret, f"throttle\0{limit.name}\0{subject}".encode(), hashlib.sha256).hexdigest()
