"""Token leases: tokens that a process draws ahead of need, so that most operations are charged from memory."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any

from domain.rate_limits import token_buckets
from domain.rate_limits.token_buckets import Buckets, BucketsUnavailableError, Draw, Quota
from persistence.rate_limits.token_buckets_local import LocalBuckets, monotonic_us

PARTS = 10
"""A lease holds at most this part of a burst, so the overshoot is at most processes x burst / PARTS."""
IDLE_US = 2_000_000
"""A lease that nothing was spent from for so long goes back to its bucket."""
RETRY_US = 1_000_000
"""A refusal is repeated from memory for so long, unless enough tokens have come back by then."""
MOST_LEASES = 20_000
_MOST_TASKS = 1_000
_SWEEP_EVERY_S = 1.0


class Lease:
    """The unspent tokens that were drawn from one bucket, and when that bucket is full again.

    `policy` is the quota as in the header RateLimit-Policy.
    """

    __slots__ = (
        "chunk",
        "degraded",
        "drawn_at",
        "full_at",
        "key",
        "left",
        "lock",
        "name",
        "policy",
        "quota",
        "used_at",
    )

    def __init__(self, key: str, quota: Quota, now: int) -> None:
        self.key = key
        self.quota = quota
        self.chunk = chunk_of(quota)
        self.name = quota.name.encode()
        self.policy = b'"%b";q=%d;w=%d' % (
            self.name,
            quota.burst // quota.unit,
            -(-quota.span // token_buckets.SECOND_US),
        )
        self.left = 0
        self.full_at = self.used_at = now
        self.drawn_at = now - RETRY_US
        self.degraded = False
        self.lock = asyncio.Lock()

    def free(self, now: int) -> int:
        """Return the tokens in the lease and in the bucket as last seen; a burst at most."""
        debt = self.full_at - now
        if debt <= 0:
            return self.quota.burst
        return min(self.quota.burst, self.left + token_buckets.free(self.quota, debt))

    def state(self, now: int) -> bytes:
        """Return what is left as in the header RateLimit."""
        seconds = -((now - self.full_at) // token_buckets.SECOND_US) if self.full_at > now else 0
        return b'"%b";r=%d;t=%d' % (self.name, self.free(now) // self.quota.unit, seconds)

    def wait(self, tokens: int, now: int) -> int:
        """Return the microseconds until the caller has so many tokens."""
        return token_buckets.wait(self.quota, self.full_at - now, tokens - self.left)


def chunk_of(quota: Quota) -> int:
    """Return the largest lease on a quota; zero on a strict one."""
    return 0 if quota.strict else max(1, quota.burst // PARTS)


class Leases:
    """The leases of this process on shared buckets, with local buckets as the fallback while those are unavailable.

    `degraded_draws` counts the draws from the fallback.
    """

    def __init__(
        self, buckets: Buckets, *, clock: Callable[[], int] = monotonic_us, largest: int = MOST_LEASES
    ) -> None:
        self._buckets = buckets
        self._are_remote = not isinstance(buckets, LocalBuckets)
        self._fallback = LocalBuckets(clock=clock)
        self._clock = clock
        self._largest = largest
        self._leases: OrderedDict[tuple[str, str], Lease] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self.degraded_draws = 0

    def spend(self, quota: Quota, key: str, tokens: int) -> Lease | None:
        """Spend from the lease, in memory; None when it does not suffice, and `draw` has to be called."""
        name = (quota.name, key)
        lease = self._leases.get(name)
        if lease is None or lease.left < tokens:
            return None
        lease.left -= tokens
        lease.used_at = self._clock()
        self._leases.move_to_end(name)
        if self._are_remote and lease.left * 2 < lease.chunk and not lease.lock.locked():
            self._refill_in_background(lease)
        return lease

    async def draw(self, quota: Quota, key: str, tokens: int) -> Lease | None:
        """Spend from the lease and its bucket; None when both together do not suffice."""
        lease = self._lease(quota, key)
        async with lease.lock:
            if lease.left < tokens and self._may_draw(lease, tokens):
                missing = tokens - lease.left
                await self._draw_into(lease, least=missing, most=max(missing, lease.chunk - lease.left))
            if lease.left < tokens:
                return None
            lease.left -= tokens
            return lease

    def put_back(self, lease: Lease, tokens: int) -> None:
        """Return unused tokens to a lease; what exceeds its size goes to the bucket in the background."""
        lease.left += tokens
        capacity = lease.chunk if self._leases.get((lease.quota.name, lease.key)) is lease else 0
        if lease.left > capacity:
            excess, lease.left = lease.left - capacity, capacity
            lease.full_at -= excess * lease.quota.interval
            self._in_background(self._return(lease, excess))

    async def refreshed(self, quota: Quota, key: str) -> Lease:
        """Return the lease after reading its bucket anew, at most once a second; spends nothing."""
        lease = self._lease(quota, key)
        async with lease.lock:
            if self._clock() - lease.drawn_at >= RETRY_US:
                await self._draw_into(lease, least=0, most=0)
        return lease

    def known(self, quota: Quota, key: str) -> Lease:
        """Return the lease as this process knows it, without reading its bucket."""
        return self._lease(quota, key)

    async def return_idle_until_cancelled(self) -> None:
        """Return idle leases once a second."""
        while True:
            await asyncio.sleep(_SWEEP_EVERY_S)
            await self.return_idle()

    async def close(self) -> None:
        """Cancel the background tasks."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def return_idle(self) -> None:
        """Return the leases that nothing was spent from lately to their buckets, and forget them."""
        oldest = self._clock() - IDLE_US
        for name, lease in list(self._leases.items()):
            if lease.used_at > oldest:
                return
            if not lease.lock.locked() and self._leases.get(name) is lease:
                del self._leases[name]
                await self._return(lease, lease.left)

    def _lease(self, quota: Quota, key: str) -> Lease:
        name = (quota.name, key)
        now = self._clock()
        lease = self._leases.get(name)
        if lease is None:
            lease = self._leases[name] = Lease(key, quota, now)
            if len(self._leases) > self._largest:
                self._leases.popitem(last=False)
        lease.used_at = now
        self._leases.move_to_end(name)
        return lease

    def _may_draw(self, lease: Lease, tokens: int) -> bool:
        now = self._clock()
        return now - lease.drawn_at >= RETRY_US or lease.free(now) >= tokens

    async def _draw_into(self, lease: Lease, *, least: int, most: int) -> None:
        draw = await self._draw_or_fall_back(lease, least, most)
        now = self._clock()
        lease.drawn_at = now
        lease.full_at = now + draw.debt
        lease.left += draw.tokens

    async def _draw_or_fall_back(self, lease: Lease, least: int, most: int) -> Draw:
        try:
            drawn = await self._buckets.draw(lease.key, lease.quota, least=least, most=most)
        except BucketsUnavailableError:
            self.degraded_draws += 1
            lease.degraded = True
            return await self._fallback.draw(lease.key, lease.quota, least=least, most=most)
        lease.degraded = False
        return drawn

    def _refill_in_background(self, lease: Lease) -> None:
        if self._may_draw(lease, lease.left + 1):
            self._in_background(self._refill(lease))

    async def _refill(self, lease: Lease) -> None:
        async with lease.lock:
            missing = lease.chunk - lease.left
            if missing > 0:
                await self._draw_into(lease, least=1, most=missing)

    async def _return(self, lease: Lease, tokens: int) -> None:
        if tokens <= 0:
            return
        buckets = self._fallback if lease.degraded else self._buckets
        try:
            await buckets.draw(lease.key, lease.quota, least=-tokens, most=-tokens)
        except BucketsUnavailableError:
            return  # the bucket fills up by itself

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run in the background; with too many tasks already, the bucket is left to fill up by itself."""
        if len(self._tasks) >= _MOST_TASKS:
            work.close()
            return
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
