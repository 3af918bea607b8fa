"""Tolls: an operation pays before it runs, gets back what it did not use, and is told what is left."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from graphql import GraphQLError

from domain import rates
from domain.rate_rules import Charge, CostBudget, RateBucket, RateLimit, RateRules
from domain.rates import SECOND_US, BucketsGoneError
from domain.throttles import network_of
from domain.users import Viewer
from gateway.rates.leases import Lease, Leases
from graph.documents import RefusedDocumentError
from persistence.buckets_local import monotonic_us

Headers = list[tuple[bytes, bytes]]
FindAddress = Callable[[], str | None]
_NOBODY = "unknown"
_RECOVERY_S = 10
_ENVELOPE = 2
"""The response and its data are objects that nobody asked for."""


@dataclass(slots=True)
class Receipt:
    """From which leases an operation paid, the last one its cost; without any it was free.

    Of the cost that was `requested` so much was `actual`, of which `fixed` does not depend on the answer.
    """

    leases: list[Lease]
    requested: int = 0
    actual: int = 0
    fixed: int = 0

    @property
    def is_degraded(self) -> bool:
        """Whether this process alone counted what was paid."""
        for lease in self.leases:  # noqa: SIM110 - a generator costs as much as all the rest
            if lease.degraded:
                return True
        return False


class RateLimitedError(RefusedDocumentError):
    """The caller asked for too much, or nobody can tell; `told` is what the response says beside the error."""

    def __init__(
        self, status: int, code: str, message: str, *, headers: Headers, extensions: dict[str, Any]
    ) -> None:
        super().__init__(GraphQLError(message, extensions={"code": code} | extensions))
        self.status = status
        self.headers = headers
        self.told = {"extensions": {"cost": extensions["cost"]}} if "cost" in extensions else {}


class Toll:
    """Takes what operations cost from the caller's buckets."""

    def __init__(self, rules: RateRules, leases: Leases, *, clock: Callable[[], int] = monotonic_us) -> None:
        self.rules = rules
        self._leases = leases
        self._clock = clock

    @property
    def degraded_draws(self) -> int:
        """How often this process counted alone since its start, because Redis was gone."""
        return self._leases.degraded_draws

    async def pay(self, charges: list[Charge]) -> Receipt:
        """Pay all of the charges, of which the last is the cost, or none of them; raises RateLimitedError."""
        paid: list[Lease] = []
        for charge in charges:
            lease = self._leases.spend(charge.quota, charge.subject, charge.tokens)
            if lease is None:
                lease = await self._drawn(charge, charges, paid)
            paid.append(lease)
        return Receipt(paid, charges[-1].tokens, charges[-1].tokens)

    def pay_quickly(self, viewer: Viewer | None, subject: str, cost: int) -> Receipt | None:
        """Pay for reading from memory; None where that does not suffice and `pay` has to be asked."""
        of = self.rules.of(viewer)
        reads = self._leases.spend(of.reads, subject, 1)
        if reads is None:
            return None
        budget = self._leases.spend(of.cost, subject, cost)
        if budget is None:
            self._leases.put_back(reads, 1)
            return None
        return Receipt([reads, budget], cost, cost)

    async def _drawn(self, charge: Charge, charges: list[Charge], paid: list[Lease]) -> Lease:
        try:
            lease = await self._leases.draw(charge.quota, charge.subject, charge.tokens)
        except BucketsGoneError as gone:
            self._return(charges, paid)
            raise _degraded(gone) from None
        if lease is None:
            self._return(charges, paid)
            raise self._refusal(charge, charges)
        return lease

    def settle(self, receipt: Receipt, actual: int) -> None:
        """Give back what was asked for and not used."""
        back = rates.refund(requested=receipt.requested, actual=actual + receipt.fixed)
        if back:
            receipt.actual = receipt.requested - back
            self._leases.put_back(receipt.leases[-1], back)

    def extensions(self, receipt: Receipt) -> dict[str, Any]:
        """Say what an operation cost, for `extensions.cost`."""
        return (
            {"cost": self._cost(receipt.leases, receipt.requested, receipt.actual)} if receipt.leases else {}
        )

    def headers(self, leases: list[Lease]) -> Headers:
        """Write the fields of draft-ietf-httpapi-ratelimit-headers-10: one policy a bucket, and what is left of it."""
        if not leases:
            return []
        now = self._clock()
        return [
            (b"ratelimit-policy", b", ".join([lease.policy for lease in leases])),
            (b"ratelimit", b", ".join([lease.state(now) for lease in leases])),
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
            cost=CostBudget(
                requested=requested, actual=None, available=cost.free(now), restore_rate=of.cost.limit
            ),
            buckets=buckets,
            degraded=cost.degraded or any(lease.degraded for lease in leases),
        )

    def _return(self, charges: list[Charge], paid: list[Lease]) -> None:
        for charge, lease in zip(charges, paid, strict=False):
            self._leases.put_back(lease, charge.tokens)

    def _refusal(self, short: Charge, charges: list[Charge]) -> RateLimitedError:
        leases = [self._leases.seen(charge.quota, charge.subject) for charge in charges]
        lease = leases[charges.index(short)]
        seconds = max(1, math.ceil(lease.wait(short.tokens, self._clock()) / SECOND_US))
        return RateLimitedError(
            429,
            "RATE_LIMITED",
            f"You asked for more than the limit of {short.quota.name} allows; try again in {_spoken(seconds)}.",
            headers=[(b"retry-after", str(seconds).encode()), *self.headers(leases)],
            extensions={
                "retryAfter": seconds,
                "limit": short.quota.name,
                "cost": self._cost(leases, charges[-1].tokens, 0),
            },
        )

    def _cost(self, leases: list[Lease], requested: int, actual: int) -> dict[str, Any]:
        budget = leases[-1]
        said: dict[str, Any] = {
            "requested": requested,
            "actual": actual,
            "available": budget.free(self._clock()),
            "restoreRate": budget.quota.limit,
        }
        return said | {"degraded": True} if any(lease.degraded for lease in leases) else said


def _degraded(gone: BucketsGoneError) -> RateLimitedError:
    headers = [(b"retry-after", str(_RECOVERY_S).encode())]
    return RateLimitedError(
        503, gone.code, gone.message, headers=headers, extensions={"retryAfter": _RECOVERY_S}
    )


def subject_of(viewer: Viewer | None, find_address: FindAddress) -> str:
    """Name who pays: the user, the API key, or where nobody is signed in the network of the address."""
    if viewer is None:
        return address_of(find_address())
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


def _bucket(lease: Lease, now: int, at: datetime) -> RateBucket:
    return RateBucket(
        name=lease.quota.name,
        limit=lease.quota.burst // lease.quota.unit,
        remaining=lease.free(now) // lease.quota.unit,
        reset_at=at + timedelta(microseconds=max(0, lease.full_at - now)),
    )


def _spoken(seconds: int) -> str:
    return "a second" if seconds == 1 else f"{seconds} seconds"
