"""Persisted queries in memory: in front of Redis, or alone where no Redis is set."""

import time
from collections import OrderedDict
from collections.abc import Callable

from domain.documents.persisted_queries import PersistedQuery, Shares, weight_of


class _Entry:
    """A document, and the queue of its caller's documents, least recently used first."""

    __slots__ = ("query", "queue", "used_at")

    def __init__(self, query: PersistedQuery, queue: "OrderedDict[str, None]", used_at: float) -> None:
        self.query = query
        self.queue = queue
        self.used_at = used_at


class LocalQueries:
    """Documents in a dictionary, and a queue of hashes for each caller."""

    def __init__(self, shares: Shares | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._shares = shares or Shares()
        self._lifetime_s = self._shares.lifetime_s
        self._clock = clock
        self._entries: dict[str, _Entry] = {}
        self._queues: dict[str, OrderedDict[str, None]] = {}
        self._bytes_of: dict[str, int] = {}
        self.bytes = 0

    async def find(self, digest: str) -> PersistedQuery | None:
        """Return the document with this hash, and mark it as used."""
        entry = self._entries.get(digest)
        if entry is None:
            return None
        now = self._clock()
        if entry.used_at < now - self._lifetime_s:
            self._drop(digest)
            return None
        entry.used_at = now
        entry.queue.move_to_end(digest)
        return entry.query

    async def register(self, digest: str, query: PersistedQuery) -> None:
        """Store a document; drop others of its caller first, then those of the caller with the most bytes."""
        if await self.find(digest) is not None:
            return
        share, weight = self._shares.of(query.caller), weight_of(query.text)
        if weight > share:
            return
        while self._bytes_of.get(query.caller, 0) + weight > share:
            self._drop_oldest(query.caller)
        queue = self._queues.setdefault(query.caller, OrderedDict())
        queue[digest] = None
        self._entries[digest] = _Entry(query, queue, self._clock())
        self._count(query.caller, weight)
        while self.bytes > self._shares.total:
            self._drop_oldest(max(self._bytes_of, key=self._bytes_of.__getitem__))

    def _drop_oldest(self, caller: str) -> None:
        self._drop(next(iter(self._queues[caller])))

    def _drop(self, digest: str) -> None:
        entry = self._entries.pop(digest)
        del entry.queue[digest]
        self._count(entry.query.caller, -weight_of(entry.query.text))

    def _count(self, caller: str, weight: int) -> None:
        self.bytes += weight
        total = self._bytes_of[caller] = self._bytes_of.get(caller, 0) + weight
        if not total:
            del self._bytes_of[caller], self._queues[caller]
