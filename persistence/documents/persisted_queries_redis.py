"""Persisted queries in Redis, shared by all processes: one Lua script a call, on the clock of Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from redis.exceptions import RedisError

from domain.documents.persisted_queries import PersistedQuery, Shares, weight_of
from persistence import redis_recovery
from persistence.redis_client import AnyRedis
from persistence.redis_recovery import Recovery

KEY = "questpath:1:{documents}:"
"""The prefix of every key; its hash tag keeps all keys of a script on one server of a cluster."""
_PATIENCE_S = 0.1
_MOST_CONNECTIONS = 4
_log = structlog.get_logger("persistence.persisted_queries")

# `text:HASH` is a document, `of:CALLER` the documents of a caller by time of use as WEIGHT:HASH, `held` the bytes of
# each caller, `bytes` their sum. Each key expires a lifetime after it was last touched. Sums that outlive what they
# count are corrected when their caller has the most bytes.
_START = """
local key, hash, lifetime = KEYS[1], ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local document = key .. 'text:' .. hash
local function touch(owner, member)
  redis.call('ZADD', key .. 'of:' .. owner, now, member)
  for _, name in ipairs({document, key .. 'of:' .. owner, key .. 'held', key .. 'bytes'}) do
    redis.call('PEXPIRE', name, lifetime)
  end
end
"""
_FIND = (
    _START
    + """
local found = redis.call('HMGET', document, 'text', 'owner', 'weight')
if not found[1] then
  return false
end
touch(found[2], found[3] .. ':' .. hash)
return {found[1], found[2]}
"""
)
_REGISTER = (
    _START
    + """
local caller, text, weight = ARGV[3], ARGV[4], tonumber(ARGV[5])
local share, total = tonumber(ARGV[6]), tonumber(ARGV[7])
if redis.call('EXISTS', document) == 1 then
  return 0
end
local function count(owner, bytes)
  if tonumber(redis.call('ZINCRBY', key .. 'held', bytes, owner)) <= 0 then
    redis.call('ZREM', key .. 'held', owner)
  end
  redis.call('INCRBY', key .. 'bytes', bytes)
end
local function bytes_of(owner)
  return tonumber(redis.call('ZSCORE', key .. 'held', owner) or 0)
end
local function drop(owner, member)
  redis.call('ZREM', key .. 'of:' .. owner, member)
  redis.call('DEL', key .. 'text:' .. string.match(member, ':(.*)$'))
  count(owner, -tonumber(string.match(member, '^%d+')))
end
local function drop_oldest(owner)
  local oldest = redis.call('ZRANGE', key .. 'of:' .. owner, 0, 0)[1]
  if oldest then
    drop(owner, oldest)
  else
    count(owner, -bytes_of(owner))
  end
end
for _, member in ipairs(redis.call('ZRANGEBYSCORE', key .. 'of:' .. caller, '-inf', now - lifetime)) do
  drop(caller, member)
end
while bytes_of(caller) > 0 and bytes_of(caller) + weight > share do
  drop_oldest(caller)
end
redis.call('HSET', document, 'text', text, 'owner', caller, 'weight', weight)
count(caller, weight)
touch(caller, weight .. ':' .. hash)
while tonumber(redis.call('GET', key .. 'bytes')) > total do
  local largest = redis.call('ZREVRANGE', key .. 'held', 0, 0)[1]
  if not largest then
    redis.call('SET', key .. 'bytes', 0)
    break
  end
  drop_oldest(largest)
end
return 1
"""
)


class RedisQueries:
    """Documents in Redis; each expires when it was not requested during its lifetime.

    When Redis does not answer, the calls of that moment wait a tenth of a second, and later ones not at all: until it
    answers again, nothing is found and nothing stored.
    """

    def __init__(self, redis: AnyRedis, shares: Shares | None = None) -> None:
        self._redis = redis
        self._shares = shares or Shares()
        self._lifetime = round(self._shares.lifetime_s * 1_000)
        self._find = redis.register_script(_FIND)
        self._register = redis.register_script(_REGISTER)
        self._recovery = Recovery(redis)

    async def find(self, digest: str) -> PersistedQuery | None:
        """Return the document with this hash, and mark it as used."""
        found = await self._run(self._find(keys=[KEY], args=[digest, self._lifetime]))
        return PersistedQuery(text=found[0].decode(), caller=found[1].decode()) if found else None

    async def register(self, digest: str, query: PersistedQuery) -> None:
        """Store a document; drop others of its caller first, then those of the caller with the most bytes."""
        share, weight = self._shares.of(query.caller), weight_of(query.text)
        if weight > share:
            return
        arguments: list[str | int] = [digest, self._lifetime, query.caller, query.text]
        await self._run(self._register(keys=[KEY], args=[*arguments, weight, share, self._shares.total]))

    async def _run(self, call: Awaitable[Any]) -> Any:
        if self._recovery.is_on:
            call.close()  # type: ignore[attr-defined]
            return None
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await call
        except (RedisError, OSError) as error:
            if not self._recovery.is_on:
                _log.warning("persisted_queries_not_shared", error=type(error).__name__)
                self._recovery.begin()
            return None

    async def close(self) -> None:
        """Stop looking for Redis."""
        await self._recovery.close()


@asynccontextmanager
async def opened(url: str, shares: Shares | None = None) -> AsyncIterator[RedisQueries]:
    """Open the documents on the servers at `url`, with few connections and no retries."""
    async with redis_recovery.opened(
        url, most_connections=_MOST_CONNECTIONS, patience_s=_PATIENCE_S
    ) as redis:
        queries = RedisQueries(redis, shares)
        try:
            yield queries
        finally:
            await queries.close()
