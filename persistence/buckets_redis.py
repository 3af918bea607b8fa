"""Buckets in Redis, shared by every process: one script a draw, on the clock of Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.rates import BucketsGoneError, Draw, Quota
from persistence import redis_recovery
from persistence.redis_recovery import Recovery

KEY = "questpath:1:rate"
_PATIENCE_S = 0.5
_SUSPICION_S = 0.1
_MOST_CONNECTIONS = 8
_log = structlog.get_logger("persistence.buckets")

# What `domain.rates.moved` does; the numbers stay below 2^53, up to which Lua's are exact. A full bucket has no key.
_SCRIPT = """
local interval, burst, least, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local span = interval * burst
local tat = tonumber(redis.call('GET', KEYS[1]) or now)
tat = math.min(math.max(tat, now), now + span)
local tokens = math.min(most, math.floor((span - (tat - now)) / interval))
if tokens < least then
  tokens = 0
end
if tokens ~= 0 then
  tat = math.max(now, tat + tokens * interval)
  if tat > now then
    redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000))
  else
    redis.call('DEL', KEYS[1])
  end
end
return {tokens, now, tat}
"""


class RedisBuckets:
    """Theoretical arrival times in Redis, which expire when the bucket is full.

    A Redis that does not answer costs those who asked within the same tenth of a second half a second, and everybody
    else nothing: a task asks until it answers again.
    """

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._script = redis.register_script(_SCRIPT)
        self._asking: dict[asyncio.Timeout, float] = {}
        self._recovery = Recovery(redis, restored=lambda: _log.info("rates_restored"))

    async def draw(self, key: str, quota: Quota, *, least: int, most: int) -> Draw:
        """Give as many tokens as there are, `most` of them; raises BucketsGoneError within half a second."""
        tokens, now, tat = await self._ask(
            f"{KEY}:{quota.name}:{key}", quota.interval, quota.burst, least, most, patient=quota.strict
        )
        return Draw(tokens=tokens, debt=tat - now)

    async def _ask(self, key: str, *arguments: int, patient: bool) -> list[int]:
        clock = asyncio.get_running_loop().time
        if self._recovery.is_on or (not patient and self._is_suspect(clock())):
            raise _gone()
        try:
            async with asyncio.timeout(_PATIENCE_S) as patience:
                self._asking[patience] = clock()
                try:
                    answer: list[int] = await self._script(keys=[key], args=arguments)
                finally:
                    del self._asking[patience]
                return answer
        except (RedisError, OSError) as error:
            self._lose(error, clock())
            raise _gone() from None

    def _is_suspect(self, now: float) -> bool:
        """Tell whether somebody waits for Redis longer than it ever takes."""
        oldest = next(iter(self._asking.values()), now)
        return now - oldest > _SUSPICION_S

    def _lose(self, error: Exception, now: float) -> None:
        """Let nobody wait any longer, and look for Redis."""
        if self._recovery.is_on:
            return  # another one noticed
        _log.warning("rates_degraded", error=type(error).__name__)
        for patience in self._asking:
            if not patience.expired():
                patience.reschedule(now)
        self._recovery.begin()

    async def close(self) -> None:
        """Stop looking for Redis."""
        await self._recovery.close()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[RedisBuckets]:
    """Open buckets on the server at `url`, with few connections that never retry by themselves."""
    async with redis_recovery.opened(
        url, most_connections=_MOST_CONNECTIONS, patience_s=_PATIENCE_S
    ) as redis:
        buckets = RedisBuckets(redis)
        try:
            yield buckets
        finally:
            await buckets.close()


def _gone() -> BucketsGoneError:
    return BucketsGoneError("This cannot be counted at the moment; try again in ten seconds.")
