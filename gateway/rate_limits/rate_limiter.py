"""Rate limiter: charges each operation before it runs, and refunds what it did not use."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import orjson
from graphql import OperationType

from domain.accounts.users import Viewer
from domain.rate_limits import token_buckets
from domain.rate_limits.current_limits import CostBudget, RateBucket, RateLimit
from domain.rate_limits.rules import SIGN_IN_FIELDS, Charge, RateFigures, RateRules
from domain.rate_limits.token_buckets import Buckets
from gateway.rate_limits import errors
from gateway.rate_limits.cost_reports import (
    CostReceipt,
    HeaderLines,
    cost_of,
    headers_of,
    objects_in,
    with_extensions,
)
from gateway.rate_limits.subjects import FindAddress, subject_of, subject_of_address
from gateway.rate_limits.token_leases import Lease, Leases
from graph.documents.prepared import PreparedOperation
from persistence.rate_limits import token_buckets_redis
from persistence.rate_limits.token_buckets_local import LocalBuckets, monotonic_us

COUNTED_UP_TO = 64 * 1024
"""Longer responses, in bytes, pay their estimated cost: counting their objects would take longer than it is worth."""
_FREE_FIELD = "rateLimit"
_FREE_FIELDS = {_FREE_FIELD, "__typename"}


class RateLimiter:
    """Takes what operations cost from the caller's buckets."""

    def __init__(self, rules: RateRules, leases: Leases, *, clock: Callable[[], int] = monotonic_us) -> None:
        self._rules = rules
        self._leases = leases
        self._clock = clock

    @property
    def degraded_draws(self) -> int:
        """How many draws this process counted alone since its start, because Redis was down."""
        return self._leases.degraded_draws

    async def charge(
        self, operation: PreparedOperation, viewer: Viewer | None, find_address: FindAddress, *, cost: int
    ) -> CostReceipt:
        """Charge an operation; raises RateLimitedError, and then nothing is charged.

        Most reads are charged from memory, without waiting.
        """
        if operation.kind is OperationType.MUTATION:
            return await self._charge_write(operation.root_fields, viewer, find_address, cost)
        if _FREE_FIELD in operation.root_fields and _FREE_FIELDS.issuperset(operation.root_fields):
            return CostReceipt([])
        subject = subject_of(viewer, find_address)
        receipt = self._charge_from_memory(viewer, subject, cost)
        if receipt is not None:
            return receipt
        return await self._draw_all(self._rules.charges_of_read(viewer, subject, cost=cost))

    def refund(self, receipt: CostReceipt, body: bytes) -> None:
        """Refund the part of the cost that an encoded response did not use."""
        if not receipt.requested or len(body) > COUNTED_UP_TO:
            return
        actual = objects_in(body) + receipt.fixed
        unused = token_buckets.refund(requested=receipt.requested, actual=actual)
        if unused:
            receipt.actual = receipt.requested - unused
            self._leases.put_back(receipt.leases[-1], unused)

    def report(
        self,
        receipt: CostReceipt,
        body: bytes,
        *,
        with_cost: bool,
        is_extended: bool = False,
        also: dict[str, Any] | None = None,
    ) -> tuple[bytes, HeaderLines]:
        """Return an encoded response and its headers, with the cost on request (`with_cost`) or while degraded.

        Other responses stay as they are, so that caches can store them. A response that `is_extended` has other
        extensions, and gets the headers alone. `also` are further extensions.
        """
        if not (with_cost or receipt.is_degraded) or not receipt.leases:
            extended = body if also is None or is_extended else with_extensions(body, orjson.dumps(also))
            return extended, []
        now = self._clock()
        if not is_extended:
            cost = cost_of(receipt.leases, now, requested=receipt.requested, actual=receipt.actual)
            body = with_extensions(body, orjson.dumps({"cost": cost} | (also or {})))
        return body, headers_of(receipt.leases, now)

    async def current(
        self, viewer: Viewer | None, *, address: str | None, requested: int, now: datetime
    ) -> RateLimit:
        """Return the caller's buckets, and spend nothing; `requested` is what the asking operation was charged."""
        quotas = self._rules.quotas_of(viewer)
        subject = subject_of(viewer, lambda: address)
        leases = [
            await self._leases.refreshed(quota, subject)
            for quota in (quotas.reads, quotas.writes, quotas.generation, quotas.cost)
        ]
        moment = self._clock()
        reads, writes, generation = (_bucket(lease, moment, now) for lease in leases[:-1])
        return RateLimit(
            limit=reads.limit,
            remaining=reads.remaining,
            reset_at=reads.reset_at,
            cost=CostBudget(
                requested=requested,
                available=leases[-1].free(moment),
                restore_rate=quotas.cost.limit,
            ),
            buckets=[reads, writes, generation],
            degraded=any(lease.degraded for lease in leases),
        )

    def _charge_from_memory(self, viewer: Viewer | None, subject: str, cost: int) -> CostReceipt | None:
        """Charge a read to leases of this process; None when they do not suffice, and nothing is charged."""
        quotas = self._rules.quotas_of(viewer)
        reads = self._leases.spend(quotas.reads, subject, 1)
        if reads is None:
            return None
        budget = self._leases.spend(quotas.cost, subject, cost)
        if budget is None:
            self._leases.put_back(reads, 1)
            return None
        return CostReceipt([reads, budget], cost, cost)

    async def _charge_write(
        self, root_fields: list[str], viewer: Viewer | None, find_address: FindAddress, cost: int
    ) -> CostReceipt:
        fields = [name for name in root_fields if name != "__typename"]
        address = find_address() if viewer is None or not SIGN_IN_FIELDS.keys().isdisjoint(fields) else None
        receipt = await self._draw_all(
            self._rules.charges_of_write(
                viewer,
                subject=subject_of(viewer, lambda: address),
                address=subject_of_address(address),
                cost=cost,
                fields=fields,
            )
        )
        # A mutation pays for what it does, which the size of its response does not show.
        receipt.fixed = receipt.requested
        return receipt

    async def _draw_all(self, charges: list[Charge]) -> CostReceipt:
        """Take all of the charges, that of the cost last, or none of them; raises RateLimitedError."""
        paid: list[Lease] = []
        for charge in charges:
            lease = self._leases.spend(charge.quota, charge.subject, charge.tokens)
            if lease is None:
                lease = await self._draw(charge, charges, paid)
            paid.append(lease)
        return CostReceipt(paid, charges[-1].tokens, charges[-1].tokens)

    async def _draw(self, charge: Charge, charges: list[Charge], paid: list[Lease]) -> Lease:
        """Take one of the charges from its bucket; on failure give back those that were `paid`."""
        lease = await self._leases.draw(charge.quota, charge.subject, charge.tokens)
        if lease is None:
            self._put_back(charges, paid)
            leases = [self._leases.known(each.quota, each.subject) for each in charges]
            short = leases[charges.index(charge)]
            raise errors.limit_exceeded(charge, short, leases, self._clock(), cost=charges[-1].tokens)
        return lease

    def _put_back(self, charges: list[Charge], paid: list[Lease]) -> None:
        for charge, lease in zip(charges, paid, strict=False):
            self._leases.put_back(lease, charge.tokens)


@asynccontextmanager
async def opened(figures: RateFigures, redis_url: str | None) -> AsyncIterator[RateLimiter]:
    """Open a rate limiter whose buckets are in Redis where an address is given; return idle leases until the end."""
    async with AsyncExitStack() as stack:
        buckets: Buckets = LocalBuckets()
        if redis_url is not None:
            buckets = await stack.enter_async_context(token_buckets_redis.opened(redis_url))
        leases = Leases(buckets)
        stack.push_async_callback(leases.close)
        returning = asyncio.create_task(leases.return_idle_until_cancelled())
        try:
            yield RateLimiter(RateRules(figures), leases)
        finally:
            returning.cancel()
            await asyncio.gather(returning, return_exceptions=True)


def _bucket(lease: Lease, moment: int, now: datetime) -> RateBucket:
    return RateBucket(
        name=lease.quota.name,
        limit=lease.quota.burst // lease.quota.unit,
        remaining=lease.free(moment) // lease.quota.unit,
        reset_at=now + timedelta(microseconds=max(0, lease.full_at - moment)),
    )
