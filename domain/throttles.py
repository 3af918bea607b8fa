"""Throttles: how often something may be tried, counted where every process sees it; none locks for good."""

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError

_V6_NETWORK = 64


@entity
class Limit:
    """At most `most` tries in any `window`; `name` keeps the counts of different acts apart."""

    name: str
    most: int
    window: timedelta


WRONG_PASSWORDS = Limit(name="password of account", most=10, window=timedelta(minutes=15))
WRONG_PASSWORDS_FROM = Limit(name="password from address", most=100, window=timedelta(hours=1))
REGISTRATIONS_FROM = Limit(name="registration from address", most=60, window=timedelta(hours=1))
MAILS_TO = Limit(name="mail to address", most=5, window=timedelta(hours=1))
MAILS_FROM = Limit(name="mail from address", most=30, window=timedelta(hours=1))
FLOWS_FROM = Limit(name="sign-in flow from address", most=120, window=timedelta(hours=1))


@entity
class Try:
    """One counted try, which can be taken back."""

    limit: Limit
    key: str
    at: datetime


class TooManyAttemptsError(DomainError):
    """It was tried too often; it works again from `retry_at` on."""

    code = "TOO_MANY_ATTEMPTS"

    def __init__(self, message: str, *, retry_at: datetime, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.retry_at = retry_at


class Throttles(Protocol):
    """The moments of the tries under each key, within the window."""

    async def count(self, key: str, *, limit: Limit, now: datetime) -> datetime | None:
        """Count a try and return None, or, where there are as many as the limit, when the oldest of them ends.

        Of concurrent tries no more than the limit are counted.
        """

    async def take_back(self, key: str, *, at: datetime) -> None:
        """Forget one try."""

    async def keep(self, key: str) -> None:
        """Write the tries once more as they are, which is as much work as writing of a known account."""

    async def clear(self, key: str) -> None:
        """Forget all tries."""

    async def forget(self, *, now: datetime) -> None:
        """Remove the keys whose tries are all past."""


async def attempt(throttles: Throttles, limit: Limit, subject: str, *, secret: bytes, now: datetime) -> Try:
    """Count a try before its work is done; raises TooManyAttemptsError. The subject is kept as a keyed digest."""
    key = _key(limit, subject, secret)
    retry_at = await throttles.count(key, limit=limit, now=now)
    if retry_at is not None:
        minutes = max(1, -(-(retry_at - now) // timedelta(minutes=1)))
        raise TooManyAttemptsError(
            f"Too many attempts; try again in {minutes} minute{'s' if minutes > 1 else ''}.",
            retry_at=retry_at,
        )
    return Try(limit=limit, key=key, at=now)


async def attempt_from(
    throttles: Throttles, limit: Limit, address: str | None, *, secret: bytes, now: datetime
) -> list[Try]:
    """Count a try from the caller's address, where that is known; raises TooManyAttemptsError."""
    if address is None:
        return []
    return [await attempt(throttles, limit, network_of(address), secret=secret, now=now)]


async def attempt_mail(
    throttles: Throttles, *, email: str, address: str | None, secret: bytes, now: datetime
) -> Try:
    """Count a letter that somebody asks for, by caller and by reader; raises TooManyAttemptsError."""
    await attempt_from(throttles, MAILS_FROM, address, secret=secret, now=now)
    return await attempt(throttles, MAILS_TO, email, secret=secret, now=now)


def network_of(address: str) -> str:
    """Return what one caller is taken to own: an IPv4 address, or 64 bits of an IPv6 one."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed), _V6_NETWORK), strict=False))


def _key(limit: Limit, subject: str, secret: bytes) -> str:
    return hmac.new(secret, f"throttle\0{limit.name}\0{subject}".encode(), hashlib.sha256).hexdigest()
