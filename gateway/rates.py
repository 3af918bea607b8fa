"""Rates at the door: an operation pays before it runs, gets back what it did not use, and is told what is left."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from graphql import GraphQLError

from domain import rates
from domain.rate_rules import Bucket, Charge, CostStatus, RateLimit, RateRules
from domain.rates import SECOND_US, BucketsGoneError, Quota
from domain.throttles import network_of
from domain.users import Viewer
from gateway.leases import Lease, Leases
from graph.documents import RefusedDocumentError
from persistence.buckets_local import monotonic_us

Headers = list[tuple[bytes, bytes]]
_NOBODY = "unknown"
_ENVELOPE = 2
"""The response and its data are objects that nobody asked for."""


@dataclass(slots=True)
class Receipt:
    """What an operation paid; the last charge is its cost, of which `actual` was used. Without charges it was free.

    `fixed` is the part of the cost that does not depend on the answer.
    """

    charges: list[Charge]
    actual: int = 0
    fixed: int = 0


class RateLimitedError(RefusedDocumentError):
    """The caller asked for too much; `headers` and `extensions` say when it works again."""

    def __init__(self, message: str, *, headers: Headers, extensions: dict[str, Any]) -> None:
        super().__init__(GraphQLError(message, extensions={"code": "RATE_LIMITED"} | extensions))
        self.headers = headers
        self.extensions = extensions


class Toll:
    """Takes what operations cost from the caller's buckets."""

    def __init__(self, rules: RateRules, leases: Leases, *, clock: Callable[[], int] = monotonic_us) -> None:
        self.rules = rules
        self._leases = leases
        self._clock = clock

    async def pay(self, charges: list[Charge]) -> Receipt:
        """Pay all of the charges or none of them; raises RateLimitedError, or RefusedDocumentError without Redis."""
        leases = self._leases
        for place, charge in enumerate(charges):
            if leases.spend(charge.quota, charge.subject, charge.tokens):
                continue
            try:
                is_paid = await leases.draw(charge.quota, charge.subject, charge.tokens)
            except BucketsGoneError as gone:
                self._return(charges[:place])
                raise RefusedDocumentError(
                    GraphQLError(gone.message, extensions={"code": gone.code})
                ) from None
            if not is_paid:
                self._return(charges[:place])
                raise self._refusal(charge, charges)
        return Receipt(charges, charges[-1].tokens if charges else 0)

    def settle(self, receipt: Receipt, actual: int) -> None:
        """Give back what was asked for and not used."""
        if not receipt.charges:
            return
        cost = receipt.charges[-1]
        back = rates.refund(requested=cost.tokens, actual=actual)
        receipt.actual = cost.tokens - back
        if back:
            self._leases.put_back(cost.quota, cost.subject, back)

    def extensions(self, receipt: Receipt) -> dict[str, Any]:
        """Say what an operation cost, for `extensions.cost`."""
        if not receipt.charges:
            return {}
        return {"cost": self._cost(receipt.charges[-1], receipt.actual)}

    def headers(self, charges: list[Charge]) -> Headers:
        """Write the fields of draft-ietf-httpapi-ratelimit-headers-10: one policy a bucket, and what is left of it."""
        now = self._clock()
        seen = [self._leases.seen(charge.quota, charge.subject) for charge in charges]
        return [
            (b"ratelimit-policy", ", ".join(_policy(lease.quota) for lease in seen).encode()),
            (b"ratelimit", ", ".join(_state(lease, now) for lease in seen).encode()),
        ]

    async def limits(self, viewer: Viewer | None, subject: str, *, requested: int, at: datetime) -> RateLimit:
        """Return the caller's buckets as they are `at` this moment; spends nothing."""
        of = self.rules.of(viewer)
        leases = [await self._leases.look(q, subject) for q in (of.reads, of.writes, of.generation)]
        cost = await self._leases.look(of.cost, subject)
        now = self._clock()
        buckets = [_bucket(lease, now, at) for lease in leases]
        return RateLimit(
            limit=buckets[0].limit,
            remaining=buckets[0].remaining,
            reset_at=buckets[0].reset_at,
            cost=CostStatus(
                requested=requested, actual=None, available=cost.free(now), restore_rate=of.cost.limit
            ),
            buckets=buckets,
            degraded=cost.degraded or any(lease.degraded for lease in leases),
        )

    def _return(self, charges: list[Charge]) -> None:
        for charge in charges:
            self._leases.put_back(charge.quota, charge.subject, charge.tokens)

    def _refusal(self, short: Charge, charges: list[Charge]) -> RateLimitedError:
        lease = self._leases.seen(short.quota, short.subject)
        seconds = max(1, math.ceil(lease.wait(short.tokens, self._clock()) / SECOND_US))
        return RateLimitedError(
            f"You asked for more than the limit of {short.quota.name} allows; try again in {_spoken(seconds)}.",
            headers=[(b"retry-after", str(seconds).encode()), *self.headers(charges)],
            extensions={"retryAfter": seconds, "limit": short.quota.name, "cost": self._cost(charges[-1], 0)},
        )

    def _cost(self, cost: Charge, actual: int) -> dict[str, Any]:
        lease = self._leases.seen(cost.quota, cost.subject)
        said: dict[str, Any] = {
            "requested": cost.tokens,
            "actual": actual,
            "available": lease.free(self._clock()),
            "restoreRate": cost.quota.limit,
        }
        return said | {"degraded": True} if lease.degraded else said


def subject_of(viewer: Viewer | None, address: str | None) -> str:
    """Name who pays: the user, the API key, or where nobody is signed in the network of the address."""
    if viewer is None:
        return address_of(address)
    return viewer.user_id if viewer.scopes is None else viewer.session_id


@lru_cache(maxsize=4_096)
def address_of(address: str | None) -> str:
    """Name an address as a payer: an IPv4 address, or 64 bits of an IPv6 one."""
    return network_of(address) if address else _NOBODY


def objects_in(body: bytes) -> int:
    """Count the objects in the data of a response as it is written, which is what its cost was estimated in.

    A brace in a text or an error counts too: the price is never above the estimate, and this takes a microsecond.
    """
    return max(0, body.count(b"{") - _ENVELOPE)


def with_extensions(body: bytes, extensions: bytes) -> bytes:
    """Add `extensions` to a response that was written already and has none."""
    return b'%b,"extensions":%b}' % (body[:-1], extensions)


def _policy(quota: Quota) -> str:
    return f'"{quota.name}";q={quota.burst // quota.unit};w={math.ceil(quota.span / SECOND_US)}'


def _state(lease: Lease, now: int) -> str:
    left = lease.free(now) // lease.quota.unit
    return f'"{lease.quota.name}";r={left};t={math.ceil(max(0, lease.full_at - now) / SECOND_US)}'


def _bucket(lease: Lease, now: int, at: datetime) -> Bucket:
    return Bucket(
        name=lease.quota.name,
        limit=lease.quota.burst // lease.quota.unit,
        remaining=lease.free(now) // lease.quota.unit,
        reset_at=at + timedelta(microseconds=max(0, lease.full_at - now)),
    )


def _spoken(seconds: int) -> str:
    return "a second" if seconds == 1 else f"{seconds} seconds"
