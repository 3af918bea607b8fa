"""Signals: a bus within one process, or across processes through Redis."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import RedisError

from domain.signals import Signal
from persistence import redis_client
from persistence.redis_client import AnyRedis

QUEUE_LENGTH = 64
_CHANNEL = "questpath:1:signals"
_RECONNECT_S = 0.5
_PATIENCE_S = 0.5
_PAUSE_S = 1.0
_MOST_CONNECTIONS = 64
_log = structlog.get_logger("persistence.signals")


class _Listener:
    """A bounded queue that drops its oldest signal when it is full."""

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
        """Put the signals into the queue of every listener, without waiting for one."""
        self.deliver(signals)

    def deliver(self, signals: list[Signal]) -> None:
        """Put signals into the queues of this process."""
        for signal in signals:
            for listener in self._listeners.get(signal.topic, ()):
                listener.put(signal)

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[AsyncIterator[Signal]]:
        """Receive every signal of `topic` sent after the block was entered."""
        listener = _Listener()
        self._listeners.setdefault(topic, set()).add(listener)
        try:
            yield listener
        finally:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]


class RedisSignals:
    """Signals across processes: one Redis channel, one subscription per process.

    A process receives its own signals at once and without Redis; each message names its sender, which drops its own
    copy. While Redis is lost, other processes receive nothing and re-read on their next tick.
    """

    def __init__(self, redis: AnyRedis, *, sender: str) -> None:
        self._redis = redis
        self._sender = sender
        self._local = LocalSignals()
        self._paused_until = 0.0
        self.connected = asyncio.Event()

    async def publish(self, signals: list[Signal]) -> None:
        """Deliver here, then send to the other processes; a failure is logged and only delays them.

        A Redis that does not answer costs one sender half a second, and the others nothing for the next second.
        """
        self._local.deliver(signals)
        clock = asyncio.get_running_loop().time
        if clock() < self._paused_until:
            return
        message = json.dumps([self._sender, *([s.topic, s.body] for s in signals)])
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._redis.publish(_CHANNEL, message)
        except (RedisError, OSError) as error:
            self._paused_until = clock() + _PAUSE_S
            _log.warning("signals_not_sent", error=type(error).__name__, count=len(signals))

    def listen(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[Signal]]:
        """Receive every signal of `topic` sent after the block was entered."""
        return self._local.listen(topic)

    async def receive(self) -> None:
        """Receive from the other processes until cancelled; reconnect when the connection breaks."""
        while True:
            try:
                await self._receive_once()
            except (RedisError, OSError) as error:
                if self.connected.is_set():
                    _log.warning("signals_not_heard", error=type(error).__name__)
                if isinstance(self._redis, RedisCluster):  # another node may serve the channel now
                    await redis_client.drop_connections(self._redis)
            self.connected.clear()
            await asyncio.sleep(_RECONNECT_S)

    async def _receive_once(self) -> None:
        async with redis_client.subscribed(self._redis, _CHANNEL) as channel:
            async for message in channel.listen():
                if message["type"] == "subscribe":
                    self.connected.set()
                elif message["type"] == "message":
                    self._receive_message(message["data"])

    def _receive_message(self, data: str | bytes) -> None:
        try:
            sender, *pairs = json.loads(data)
            signals = [Signal(topic=topic, body=body) for topic, body in pairs]
        except (ValueError, TypeError):
            _log.warning("signal_not_understood")
            return
        if sender != self._sender:
            self._local.deliver(signals)


def redis_at(url: str) -> AnyRedis:
    """Return a client for signals: it never retries by itself, because a late signal is worth nothing."""
    return redis_client.client(url, most_connections=_MOST_CONNECTIONS, patience_s=_PATIENCE_S)
