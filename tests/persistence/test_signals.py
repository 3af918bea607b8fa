"""Signals: one contract for the local and the Redis bus, and the failures of Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest

from domain.signals import Signal, Signals, newest
from persistence.signals import QUEUE_LENGTH, LocalSignals, RedisSignals, redis_at
from tests.support.servers.redis import redis_running

TIMEOUT_S = 2.0


def a_signal(body: str = "1", topic: str = "board:A") -> Signal:
    return Signal(topic=topic, body=body)


async def bodies_of(listener: AsyncIterator[Signal], count: int) -> list[str]:
    async with asyncio.timeout(TIMEOUT_S):
        return [(await anext(listener)).body for _ in range(count)]


async def is_silent(listener: AsyncIterator[Signal]) -> bool:
    return await newest(listener, within=0.15) is None


@asynccontextmanager
async def a_process(url: str, name: str) -> AsyncIterator[RedisSignals]:
    """The bus of one of several processes."""
    async with redis_at(url) as redis:
        bus = RedisSignals(redis, sender=name)
        receiving = asyncio.create_task(bus.receive())
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await bus.connected.wait()
            yield bus
        finally:
            receiving.cancel()
            with suppress(asyncio.CancelledError):
                await receiving


@pytest.fixture(params=["local", "redis to itself", "redis to another process"])
async def buses(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Signals, Signals]]:
    """The bus that signals are published on, and the bus that is listened to."""
    async with AsyncExitStack() as stack:
        if request.param == "local":
            bus: Signals = LocalSignals()
            yield bus, bus
            return
        url = request.getfixturevalue("redis_url")
        one = await stack.enter_async_context(a_process(url, "one"))
        if request.param == "redis to itself":
            yield one, one
        else:
            yield one, await stack.enter_async_context(a_process(url, "two"))


Buses = tuple[Signals, Signals]


async def test_a_listener_gets_the_signals_of_its_topic_in_order_and_once(buses: Buses) -> None:
    writer, reader = buses

    async with reader.listen("board:A") as signals:
        await writer.publish([a_signal("1"), a_signal("x", topic="board:B"), a_signal("2")])
        await writer.publish([a_signal("3")])

        assert await bodies_of(signals, 3) == ["1", "2", "3"]
        assert await is_silent(signals)


async def test_every_listener_of_a_topic_gets_each_signal(buses: Buses) -> None:
    writer, reader = buses

    async with reader.listen("board:A") as one, reader.listen("board:A") as other:
        await writer.publish([a_signal("1")])

        assert await bodies_of(one, 1) == ["1"]
        assert await bodies_of(other, 1) == ["1"]


async def test_a_listener_gets_no_earlier_signals(buses: Buses) -> None:
    writer, reader = buses

    await writer.publish([a_signal("before")])
    await asyncio.sleep(0.1)

    async with reader.listen("board:A") as signals:
        await writer.publish([a_signal("after")])
        assert await bodies_of(signals, 1) == ["after"]


async def test_a_slow_listener_gets_the_newest_signals_that_its_queue_holds(buses: Buses) -> None:
    writer, reader = buses

    async with reader.listen("board:A") as slow, reader.listen("board:B") as last:
        for number in range(10 * QUEUE_LENGTH):
            await writer.publish([a_signal(str(number))])
        await writer.publish([a_signal("end", topic="board:B")])
        await bodies_of(last, 1)

        assert await bodies_of(slow, QUEUE_LENGTH) == [
            str(n) for n in range(9 * QUEUE_LENGTH, 10 * QUEUE_LENGTH)
        ]
        assert await is_silent(slow)


async def test_a_listener_that_ends_leaves_nothing_behind(buses: Buses) -> None:
    writer, reader = buses

    async with reader.listen("board:A"):
        pass
    await writer.publish([a_signal()])

    local = getattr(reader, "_local", reader)
    assert local._listeners == {}


async def test_bodies_may_hold_any_text(buses: Buses) -> None:
    writer, reader = buses
    strange = ["", "two words", "two\nlines", "ünïcode \U0001f3c6", '"quoted"']

    async with reader.listen("board:A") as signals:
        await writer.publish([a_signal(body) for body in strange])

        assert await bodies_of(signals, len(strange)) == strange


async def test_newest_waits_and_returns_the_last_signal_that_has_arrived(buses: Buses) -> None:
    writer, reader = buses

    async with reader.listen("board:A") as signals:
        assert await newest(signals, within=0.01) is None
        await writer.publish([a_signal("1"), a_signal("2"), a_signal("3")])

        assert await newest(signals, within=TIMEOUT_S) == a_signal("3")
        assert await is_silent(signals)


@pytest.mark.slow
async def test_the_bus_recovers_after_redis_was_lost() -> None:
    with redis_running() as first:
        url, port = first.connection_url, first.port
        async with (
            a_process(url, "one") as one,
            a_process(url, "two") as two,
            one.listen("board:A") as here,
            two.listen("board:A") as there,
        ):
            first.stop()
            await asyncio.sleep(0.05)
            await one.publish([a_signal("lost")])
            assert await bodies_of(here, 1) == ["lost"]
            assert not one.connected.is_set()

            with redis_running(port):
                await asyncio.wait_for(asyncio.gather(one.connected.wait(), two.connected.wait()), 5)
                await asyncio.sleep(1.0)
                await one.publish([a_signal("back")])
                assert await bodies_of(there, 1) == ["back"]
                assert await bodies_of(here, 1) == ["back"]


@pytest.mark.slow
async def test_a_broken_connection_is_made_again(redis_url: str) -> None:
    async with (
        a_process(redis_url, "one") as one,
        a_process(redis_url, "two") as two,
        redis_at(redis_url) as redis,
        two.listen("board:A") as there,
    ):
        await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await asyncio.sleep(0.1)
        await asyncio.wait_for(two.connected.wait(), 5)
        await one.publish([a_signal("again")])

        assert await bodies_of(there, 1) == ["again"]


async def test_a_lost_redis_delays_no_writer_for_long() -> None:
    async with redis_at("redis://127.0.0.1:1") as redis:
        bus = RedisSignals(redis, sender="one")
        clock = asyncio.get_running_loop().time
        start = clock()

        for _ in range(100):
            await bus.publish([a_signal()])

        assert clock() - start < 1.0


@pytest.mark.slow
async def test_a_redis_that_does_not_answer_delays_no_writer_for_long() -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    async with server, redis_at(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}") as redis:
        bus = RedisSignals(redis, sender="one")
        clock = asyncio.get_running_loop().time
        start = clock()

        for _ in range(100):
            await bus.publish([a_signal()])

        assert clock() - start < 1.0


@pytest.mark.parametrize("message", [b"\xff\xfe", b"", b"17", b"{}", b'["two", ["topic"]]', b'"text"'])
async def test_a_malformed_message_is_ignored(redis_url: str, message: bytes) -> None:
    async with (
        a_process(redis_url, "one") as one,
        a_process(redis_url, "two") as two,
        redis_at(redis_url) as redis,
        two.listen("board:A") as there,
    ):
        await redis.publish("questpath:1:signals", message)
        await one.publish([a_signal("fine")])

        assert await bodies_of(there, 1) == ["fine"]
