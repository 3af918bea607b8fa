"""Token buckets: how much may be requested in a period; all times are whole microseconds."""

from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError

SECOND_US = 1_000_000


@entity
class Quota:
    """A bucket: `limit` tokens come back in each `period_s` seconds, and `burst` of them fit in.

    `unit` tokens are what a client counts as one; `interval` is the microseconds until one token comes back. A strict
    quota is never leased, so that all processes together admit no more than a burst.
    """

    name: str
    limit: int
    period_s: int
    burst: int
    interval: int
    unit: int
    strict: bool

    @property
    def span(self) -> int:
        """The microseconds until an empty bucket is full."""
        return self.burst * self.interval


@entity
class GcraStep:
    """The tokens that a bucket gave, negative for a refund, and its theoretical arrival time afterwards."""

    tokens: int
    tat: int


@entity
class Draw:
    """The tokens that a bucket gave, and the microseconds until it is full: relative, so that two clocks never mix."""

    tokens: int
    debt: int


class BucketsUnavailableError(DomainError):
    """The buckets cannot be reached at the moment."""

    code = "SERVICE_DEGRADED"


class Buckets(Protocol):
    """Buckets by key; a bucket is full until the first draw."""

    async def draw(self, key: str, quota: Quota, *, least: int, most: int) -> Draw:
        """Draw up to `most` tokens, or none when fewer than `least` are available.

        Negative numbers give tokens back, zeros only read. Raises BucketsUnavailableError within half a second.
        """


def quota(
    name: str,
    limit: int,
    *,
    period_s: int = 60,
    burst: int | None = None,
    unit: int = 1,
    strict: bool = False,
) -> Quota:
    """Return a quota of `limit` in `period_s` seconds; `burst` of them may come at once, by default all.

    The interval is rounded up, so that at most the limit comes back in a period.
    """
    tokens = limit * unit
    return Quota(
        name=name,
        limit=limit,
        period_s=period_s,
        burst=(limit if burst is None else burst) * unit,
        interval=-(-period_s * SECOND_US // tokens),
        unit=unit,
        strict=strict,
    )


def gcra(quota: Quota, *, tat: int, now: int, least: int, most: int) -> GcraStep:
    """Draw from a bucket whose theoretical arrival time is `tat`; `tat` and `now` are microseconds of one clock.

    The generic cell rate algorithm in its virtual scheduling form (ITU-T I.371, annex A; ATM Forum Traffic Management
    4.1, section 4.4.2): a cell conforms when `tat <= now + tolerance`, and moves `tat` by the interval. The
    tolerance here is a burst, a request may be several cells, and a refund moves `tat` back, to `now` at most. After
    a clock was set back, the bucket is empty at worst: it never stays closed for longer than a span.
    """
    start = min(max(tat, now), now + quota.span)
    tokens = min(most, free(quota, start - now))
    if tokens < least:
        return GcraStep(tokens=0, tat=start)
    return GcraStep(tokens=tokens, tat=max(now, start + tokens * quota.interval))


def free(quota: Quota, debt: int) -> int:
    """Return the tokens in a bucket that is full again in `debt` microseconds."""
    return (quota.span - min(max(debt, 0), quota.span)) // quota.interval


def wait(quota: Quota, debt: int, tokens: int) -> int:
    """Return the microseconds until a bucket holds so many tokens; more than the burst count as the burst."""
    short = min(tokens, quota.burst) * quota.interval - quota.span + min(max(debt, 0), quota.span)
    return max(0, short)


def refund(*, requested: int, actual: int) -> int:
    """Return how much of the requested cost comes back: all that was not used, and nothing if more was used."""
    return min(max(requested - actual, 0), max(requested, 0))
