"""Leases: tokens that a process drew ahead of need, so that most requests are paid from memory."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any

from domain import rates
from domain.rates import Buckets, BucketsGoneError, Draw, Quota
from persistence.buckets_local import LocalBuckets, monotonic_us

PARTS = 10
"""A lease is at most this part of a burst: what all processes together may admit beyond it is theirs times that."""
IDLE_US = 2_000_000
"""A lease that was not spent from for so long is given back."""
ASK_AGAIN_US = 1_000_000
"""A refusal is repeated from memory for so long, unless the bucket is known to have filled up."""
MOST_LEASES = 20_000
_MOST_TASKS = 1_000
_SWEEP_EVERY_S = 1.0


class Lease:
    """What is left of what was drawn from one bucket, and when that bucket is full again.

    `policy` names the quota as the header RateLimit-Policy does, `state` what is left as RateLimit does.
    """

    __slots__ = (
        "asked_at",
        "chunk",
        "degraded",
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
            -(-quota.span // rates.SECOND_US),
        )
        self.left = 0
        self.full_at = self.used_at = now
        self.asked_at = now - ASK_AGAIN_US
        self.degraded = False
        self.lock = asyncio.Lock()

    def free(self, now: int) -> int:
        """Return how many tokens the caller has, here and in the bucket as it was last seen; a burst at most."""
        debt = self.full_at - now
        if debt <= 0:
            return self.quota.burst
        return min(self.quota.burst, self.left + rates.free(self.quota, debt))

    def state(self, now: int) -> bytes:
        """Write what is left for the header RateLimit."""
        seconds = -((now - self.full_at) // rates.SECOND_US) if self.full_at > now else 0
        return b'"%b";r=%d;t=%d' % (self.name, self.free(now) // self.quota.unit, seconds)

    def wait(self, tokens: int, now: int) -> int:
        """Return in how many microseconds the caller will have so many tokens."""
        return rates.wait(self.quota, self.full_at - now, tokens - self.left)


def chunk_of(quota: Quota) -> int:
    """Return how much of a quota a process holds at most; nothing of a strict one."""
    return 0 if quota.strict else max(1, quota.burst // PARTS)


class Leases:
    """The leases of this process on shared buckets, with buckets of its own for the time that those are gone.

    `degraded_draws` counts what the own buckets gave or refused in their place.
    """

    def __init__(
        self,
        buckets: Buckets,
        *,
        clock: Callable[[], int] = monotonic_us,
        largest: int = MOST_LEASES,
    ) -> None:
        self._buckets = buckets
        self._are_far = not isinstance(buckets, LocalBuckets)
        self._stand_in = LocalBuckets(clock=clock)
        self._clock = clock
        self._largest = largest
        self._leases: OrderedDict[tuple[str, str], Lease] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self.degraded_draws = 0

    def spend(self, quota: Quota, key: str, tokens: int) -> Lease | None:
        """Pay from the lease, in memory; None where it does not suffice and `draw` has to be asked."""
        name = (quota.name, key)
        lease = self._leases.get(name)
        if lease is None or lease.left < tokens:
            return None
        lease.left -= tokens
        lease.used_at = self._clock()
        self._leases.move_to_end(name)
        if self._are_far and lease.left * 2 < lease.chunk and not lease.lock.locked():
            self._refill_soon(lease)
        return lease

    async def draw(self, quota: Quota, key: str, tokens: int) -> Lease | None:
        """Pay from the lease or from the bucket; None where both do not suffice.

        Raises BucketsGoneError within half a second, for a strict quota alone.
        """
        lease = self._lease(quota, key)
        async with lease.lock:
            if lease.left < tokens and self._may_ask(lease, tokens):
                missing = tokens - lease.left
                await self._ask(lease, least=missing, most=max(missing, lease.chunk - lease.left))
            if lease.left < tokens:
                return None
            lease.left -= tokens
            return lease

    def put_back(self, lease: Lease, tokens: int) -> None:
        """Take back what was spent for nothing; a lease keeps its size, the rest goes to the bucket soon."""
        lease.left += tokens
        kept = lease.chunk if self._leases.get((lease.quota.name, lease.key)) is lease else 0
        if lease.left > kept:
            excess, lease.left = lease.left - kept, kept
            lease.full_at -= excess * lease.quota.interval
            self._soon(self._return(lease, excess))

    async def look(self, quota: Quota, key: str) -> Lease:
        """Return the lease with its bucket as it is now; spends nothing."""
        lease = self._lease(quota, key)
        async with lease.lock:
            if self._clock() - lease.asked_at >= ASK_AGAIN_US:
                await self._ask(lease, least=0, most=0)
        return lease

    def seen(self, quota: Quota, key: str) -> Lease:
        """Return the lease as this process knows it; asks nobody."""
        return self._lease(quota, key)

    async def keep(self) -> None:
        """Give back what is idle, until cancelled."""
        while True:
            await asyncio.sleep(_SWEEP_EVERY_S)
            await self.give_back_idle()

    async def close(self) -> None:
        """End what runs in the background."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def give_back_idle(self) -> None:
        """Give back the leases that nobody spent from lately, and forget them."""
        before = self._clock() - IDLE_US
        for name, lease in list(self._leases.items()):
            if lease.used_at > before:
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

    def _may_ask(self, lease: Lease, tokens: int) -> bool:
        now = self._clock()
        return now - lease.asked_at >= ASK_AGAIN_US or lease.free(now) >= tokens

    async def _ask(self, lease: Lease, *, least: int, most: int) -> None:
        draw = await self._drawn(lease, least, most)
        now = self._clock()
        lease.asked_at = now
        lease.full_at = now + draw.debt
        lease.left += draw.tokens

    async def _drawn(self, lease: Lease, least: int, most: int) -> Draw:
        try:
            drawn = await self._buckets.draw(lease.key, lease.quota, least=least, most=most)
        except BucketsGoneError:
            if lease.quota.strict:
                raise
            self.degraded_draws += 1
            lease.degraded = True
            return await self._stand_in.draw(lease.key, lease.quota, least=least, most=most)
        lease.degraded = False
        return drawn

    def _refill_soon(self, lease: Lease) -> None:
        if self._may_ask(lease, lease.left + 1):
            self._soon(self._refill(lease))

    async def _refill(self, lease: Lease) -> None:
        async with lease.lock:
            missing = lease.chunk - lease.left
            if missing > 0:
                await self._ask(lease, least=1, most=missing)

    async def _return(self, lease: Lease, tokens: int) -> None:
        if tokens <= 0:
            return
        buckets = self._stand_in if lease.degraded else self._buckets
        try:
            await buckets.draw(lease.key, lease.quota, least=-tokens, most=-tokens)
        except BucketsGoneError:
            return  # they come back by themselves, when the bucket fills up

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Run in the background; where too much waits already, the tokens are left to time."""
        if len(self._tasks) >= _MOST_TASKS:
            work.close()
            return
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
