"""Rates: how much may be asked for in a time, as buckets that fill up continuously; integers of microseconds."""

from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError

SECOND_US = 1_000_000


@entity
class Quota:
    """A bucket: `limit` tokens come back in each `period_s` seconds, and `burst` of them fit in.

    `unit` tokens are what a client counts as one, `interval` is how many microseconds a token takes to come back. A
    strict quota is neither lent out nor stood in for: while nobody can count, it refuses.
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
        """How many microseconds an empty bucket takes to fill up."""
        return self.burst * self.interval


@entity
class Moved:
    """What a bucket gave, negative for what it took back, and its theoretical arrival time after that."""

    tokens: int
    tat: int


@entity
class Draw:
    """What a bucket gave, and in how many microseconds it is full again; relative, so that no two clocks meet."""

    tokens: int
    debt: int


class BucketsGoneError(DomainError):
    """Nobody can say at the moment how much was asked for."""

    code = "SERVICE_DEGRADED"


class Buckets(Protocol):
    """Buckets by key, each full until something is drawn from it."""

    async def draw(self, key: str, quota: Quota, *, least: int, most: int) -> Draw:
        """Give as many tokens as there are, `most` of them; nothing where there are fewer than `least`.

        Negative numbers give tokens back, zeros only look. Raises BucketsGoneError within half a second.
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
    """Make a quota of `limit` in `period_s` seconds, of which `burst` at once, all of them by default.

    The interval is rounded up, so that never more than the limit comes back in a period.
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


def moved(quota: Quota, *, tat: int, now: int, least: int, most: int) -> Moved:
    """Draw from a bucket whose theoretical arrival time is `tat`, both in microseconds of one clock.

    The generic cell rate algorithm in its virtual scheduling form (ITU-T I.371, annex A; ATM Forum Traffic Management
    4.1, section 4.4.2): a cell conforms where `tat <= now + tolerance`, and moves `tat` by the interval. The
    tolerance here is a burst, a request may be several cells, and giving back moves `tat` back, to `now` at most. A
    clock that was set back finds the bucket empty at worst, never closed for longer than a span.
    """
    start = min(max(tat, now), now + quota.span)
    tokens = min(most, free(quota, start - now))
    if tokens < least:
        return Moved(tokens=0, tat=start)
    return Moved(tokens=tokens, tat=max(now, start + tokens * quota.interval))


def free(quota: Quota, debt: int) -> int:
    """Return how many tokens a bucket holds that is full again in `debt` microseconds."""
    return (quota.span - min(max(debt, 0), quota.span)) // quota.interval


def wait(quota: Quota, debt: int, tokens: int) -> int:
    """Return in how many microseconds a bucket will hold as many tokens; more than the burst count as the burst."""
    short = min(tokens, quota.burst) * quota.interval - quota.span + min(max(debt, 0), quota.span)
    return max(0, short)


def refund(*, requested: int, actual: int) -> int:
    """Return how much of what was requested comes back: never more, and nothing where more was used."""
    return min(max(requested - actual, 0), max(requested, 0))
