"""Charging: what an operation has to pay before it runs, and what it is told afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import orjson
from graphql import OperationType

from domain.rate_rules import DOORS, Charge, Figures, RateRules
from domain.rates import Buckets
from domain.users import Viewer
from gateway.rates.leases import Leases
from gateway.rates.tolls import (
    FindAddress,
    Headers,
    Receipt,
    Toll,
    address_of,
    objects_in,
    subject_of,
    with_extensions,
)
from graph.documents import Prepared
from persistence import buckets_redis
from persistence.buckets_local import LocalBuckets

_FREE = "Query.rateLimit"
_FREE_FIELDS = {"rateLimit", "__typename"}


@asynccontextmanager
async def opened(figures: Figures, redis_url: str | None) -> AsyncIterator[Toll]:
    """Open the buckets, in Redis where an address is given, and give back idle leases until the block ends."""
    async with AsyncExitStack() as stack:
        buckets: Buckets = LocalBuckets()
        if redis_url is not None:
            buckets = await stack.enter_async_context(buckets_redis.opened(redis_url))
        leases = Leases(buckets)
        stack.push_async_callback(leases.close)
        keeping = asyncio.create_task(leases.keep())
        try:
            yield Toll(RateRules(figures), leases)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


COUNTED_UP_TO = 64 * 1024
"""Longer answers, in bytes, pay what was estimated: counting what is in them would take longer than it gives back."""


async def charge(
    toll: Toll,
    prepared: Prepared,
    variables: dict[str, Any],
    viewer: Viewer | None,
    find_address: FindAddress,
) -> Receipt:
    """Pay for an operation; raises RateLimitedError, or RefusedDocumentError where it is too large to run."""
    measure, coordinates = prepared.survey(variables)
    if prepared.kind is OperationType.MUTATION:
        receipt = await toll.pay(_writing(toll, prepared.root_fields, viewer, find_address, measure.cost))
        # It is paid for what it does, which the size of its answer does not tell.
        receipt.fixed = receipt.requested
        return receipt
    if _FREE in coordinates and _FREE_FIELDS.issuperset(prepared.root_fields):
        return Receipt([])
    subject = subject_of(viewer, find_address)
    return toll.pay_quickly(viewer, subject, measure.cost) or await toll.pay(
        toll.rules.reading(viewer, subject, measure.cost)
    )


def settle(
    toll: Toll, receipt: Receipt, body: bytes, *, asked: bool, extended: bool = False
) -> tuple[bytes, Headers]:
    """Give back what the response did not cost, and return it with what is told of its cost, and the headers.

    That is nothing unless it was `asked` for or the limits are degraded: it would differ with every answer, and caches
    could keep none. A response that is `extended` has other extensions, and gets none of these.
    """
    if receipt.requested and len(body) <= COUNTED_UP_TO:
        toll.settle(receipt, objects_in(body))
    if not (asked or receipt.is_degraded) or not receipt.leases:
        return body, []
    if not extended:
        body = with_extensions(body, orjson.dumps(toll.extensions(receipt)))
    return body, toll.headers(receipt.leases)


def _writing(
    toll: Toll, fields: list[str], viewer: Viewer | None, find_address: FindAddress, cost: int
) -> list[Charge]:
    paying = [name for name in fields if name != "__typename"]
    address = find_address() if viewer is None or not DOORS.keys().isdisjoint(paying) else None
    subject = subject_of(viewer, lambda: address)
    return toll.rules.writing(viewer, subject, address_of(address), cost=cost, fields=paying)
