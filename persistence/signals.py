"""The bus for signals: inside one process, or across processes through Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.signals import Signal

QUEUE_LENGTH = 64
_CHANNEL = "questpath:1:signals"
_RECONNECT_S = 0.5
_log = structlog.get_logger("persistence.signals")


class _Listener:
    """A bounded queue that forgets its oldest signal when it is full."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Signal] = asyncio.Queue(QUEUE_LENGTH)

    def put(self, signal: Signal) -> None:
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(signal)

    def __aiter__(self) -> "_Listener":
        return self

    async def __anext__(self) -> Signal:
        return await self._queue.get()


class LocalSignals:
    """Signals within one process."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[_Listener]] = {}

    async def publish(self, signals: list[Signal]) -> None:
        """Put the signals into the queue of every listener, without waiting for any."""
        self.deliver(signals)

    def deliver(self, signals: list[Signal]) -> None:
        """Put signals into the queues of this process."""
        for signal in signals:
            for listener in self._listeners.get(signal.topic, ()):
                listener.put(signal)

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[AsyncIterator[Signal]]:
        """Hear every signal of `topic` sent after the block was entered."""
        listener = _Listener()
        self._listeners.setdefault(topic, set()).add(listener)
        try:
            yield listener
        finally:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]


class RedisSignals:
    """Signals across processes: one Redis channel, one subscription a process.

    The own process hears its signals at once and without Redis; each message carries the name of its sender,
    which drops its own copy. While Redis is gone, other processes hear nothing and re-read on their tick.
    """

    def __init__(self, redis: "Redis", *, sender: str) -> None:
        self._redis = redis
        self._sender = sender
        self._local = LocalSignals()
        self.connected = asyncio.Event()

    async def publish(self, signals: list[Signal]) -> None:
        """Deliver here, then send to the other processes; a failure is logged and loses only haste."""
        self._local.deliver(signals)
        lines = "\n".join(f"{signal.topic} {signal.body}" for signal in signals)
        try:
            await self._redis.publish(_CHANNEL, f"{self._sender}\n{lines}")
        except (RedisError, OSError) as error:
            _log.warning("signals_not_sent", error=type(error).__name__, count=len(signals))

    def listen(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[Signal]]:
        """Hear every signal of `topic` sent after the block was entered."""
        return self._local.listen(topic)

    async def receive(self) -> None:
        """Hear the other processes until cancelled; reconnect when the connection breaks."""
        while True:
            with suppress(RedisError, OSError):
                await self._receive_once()
            self.connected.clear()
            await asyncio.sleep(_RECONNECT_S)

    async def _receive_once(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(_CHANNEL)
            self.connected.set()
            async for message in channel.listen():
                sender, *lines = message["data"].decode().split("\n")
                if sender != self._sender:
                    self._local.deliver([_parsed(line) for line in lines])


def _parsed(line: str) -> Signal:
    topic, _, body = line.partition(" ")
    return Signal(topic=topic, body=body)
