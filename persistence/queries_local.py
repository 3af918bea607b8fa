"""Persisted queries inside one process: what it works with, and all there is where no Redis is set."""

import time
from collections import OrderedDict
from collections.abc import Callable

from domain.persisted_queries import KeptQuery, Shares, weight_of


class _Place:
    """Where a document is kept: among its caller's others, the one that was not asked for longest first."""

    __slots__ = ("query", "row", "used_at")

    def __init__(self, query: KeptQuery, row: "OrderedDict[str, None]", used_at: float) -> None:
        self.query = query
        self.row = row
        self.used_at = used_at


class LocalQueries:
    """Documents in a dictionary, and a row of hashes for each caller."""

    def __init__(self, shares: Shares | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._shares = shares or Shares()
        self._lifetime_s = self._shares.lifetime_s
        self._clock = clock
        self._places: dict[str, _Place] = {}
        self._rows: dict[str, OrderedDict[str, None]] = {}
        self._held: dict[str, int] = {}
        self.bytes = 0

    async def find(self, digest: str) -> KeptQuery | None:
        """Return the document with this hash, and remember that it was asked for."""
        place = self._places.get(digest)
        if place is None:
            return None
        now = self._clock()
        if place.used_at < now - self._lifetime_s:
            self._drop(digest)
            return None
        place.used_at = now
        place.row.move_to_end(digest)
        return place.query

    async def keep(self, digest: str, query: KeptQuery) -> None:
        """Keep a document, at the cost of its caller's others and then of whoever holds most."""
        if await self.find(digest) is not None:
            return
        share, weight = self._shares.of(query.caller), weight_of(query.text)
        if weight > share:
            return
        while self._held.get(query.caller, 0) + weight > share:
            self._drop_oldest(query.caller)
        row = self._rows.setdefault(query.caller, OrderedDict())
        row[digest] = None
        self._places[digest] = _Place(query, row, self._clock())
        self._weigh(query.caller, weight)
        while self.bytes > self._shares.total:
            self._drop_oldest(max(self._held, key=self._held.__getitem__))

    def _drop_oldest(self, caller: str) -> None:
        self._drop(next(iter(self._rows[caller])))

    def _drop(self, digest: str) -> None:
        place = self._places.pop(digest)
        del place.row[digest]
        self._weigh(place.query.caller, -weight_of(place.query.text))

    def _weigh(self, caller: str, weight: int) -> None:
        self.bytes += weight
        held = self._held[caller] = self._held.get(caller, 0) + weight
        if not held:
            del self._held[caller], self._rows[caller]
