"""Token buckets in Redis, shared by all processes: one Lua script a draw, on the clock of Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from redis.exceptions import RedisError

from domain.rate_limits.token_buckets import BucketsUnavailableError, Draw, Quota
from persistence import redis_recovery
from persistence.redis_client import AnyRedis
from persistence.redis_recovery import Recovery

KEY = "questpath:1:rate"
_PATIENCE_S = 0.5
_SUSPICION_S = 0.1
_MOST_CONNECTIONS = 8
_log = structlog.get_logger("persistence.token_buckets")

# The same steps as `domain.rate_limits.token_buckets.gcra`. All numbers stay below 2^53, up to which Lua is exact. A
# full bucket has no key.
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
    """Keeps theoretical arrival times in Redis; a key expires when its bucket is full.

    When Redis does not answer, draws that began within the same tenth of a second wait half a second, and all others
    fail at once. A background task asks Redis until it answers again.
    """

    def __init__(self, redis: AnyRedis) -> None:
        self._redis = redis
        self._script = redis.register_script(_SCRIPT)
        self._pending: dict[asyncio.Timeout, float] = {}
        self._recovery = Recovery(redis, restored=lambda: _log.info("rates_restored"))

    async def draw(self, key: str, quota: Quota, *, least: int, most: int) -> Draw:
        """Draw up to `most` tokens; raises BucketsUnavailableError within half a second."""
        tokens, now, tat = await self._run(
            f"{KEY}:{quota.name}:{key}", quota.interval, quota.burst, least, most, patient=quota.strict
        )
        return Draw(tokens=tokens, debt=tat - now)

    async def _run(self, key: str, *arguments: int, patient: bool) -> list[int]:
        clock = asyncio.get_running_loop().time
        if self._recovery.is_on or (not patient and self._is_suspect(clock())):
            raise _unavailable()
        try:
            async with asyncio.timeout(_PATIENCE_S) as timeout:
                self._pending[timeout] = clock()
                try:
                    result: list[int] = await self._script(keys=[key], args=arguments)
                finally:
                    del self._pending[timeout]
                return result
        except (RedisError, OSError) as error:
            self._begin_recovery(error, clock())
            raise _unavailable() from None

    def _is_suspect(self, now: float) -> bool:
        """Return whether a pending draw has waited longer than Redis ever takes."""
        oldest = next(iter(self._pending.values()), now)
        return now - oldest > _SUSPICION_S

    def _begin_recovery(self, error: Exception, now: float) -> None:
        """Fail all pending draws, and begin to look for Redis."""
        if self._recovery.is_on:
            return  # a draw beside this one noticed
        _log.warning("rates_degraded", error=type(error).__name__)
        for timeout in self._pending:
            if not timeout.expired():
                timeout.reschedule(now)
        self._recovery.begin()

    async def close(self) -> None:
        """Stop looking for Redis."""
        await self._recovery.close()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[RedisBuckets]:
    """Open buckets on the servers at `url`, with few connections and no retries."""
    async with redis_recovery.opened(
        url, most_connections=_MOST_CONNECTIONS, patience_s=_PATIENCE_S
    ) as redis:
        buckets = RedisBuckets(redis)
        try:
            yield buckets
        finally:
            await buckets.close()


def _unavailable() -> BucketsUnavailableError:
    return BucketsUnavailableError(
        "The rate limits cannot be checked at the moment; try again in ten seconds."
    )
