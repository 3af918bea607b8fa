"""Public nodes: the nodes of published versions that every caller may see, kept in memory by each process.

A published version never changes, and a version is loaded by the caller's own rights before its nodes are asked for. So
what is kept cannot be out of date, and no caller reaches it who may not; signals of publishing and archiving clear it
all the same.
"""

import time
from collections.abc import Awaitable, Callable

from domain.content.releases.publishing import TOPIC
from domain.entities import entity
from domain.ids import RoadmapVersionId
from domain.rows import Columns, Row
from domain.signals import Signals

LIFETIME_S = 900.0
MOST_VALUES = 400_000
"""How many values a process keeps: about 40 MB."""
IS_PUBLIC = "is_public"
"""The column that says whether every caller may see the version; it follows the others in a row."""
Load = Callable[[list[RoadmapVersionId], Columns], Awaitable[list[list[Row]]]]


@entity
class _Kept:
    """Rows of one version, and until when they are kept."""

    rows: list[Row]
    until: float


class PublicNodes:
    """Rows of nodes by version and columns; the ones kept first are dropped first."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.monotonic,
        lifetime_s: float = LIFETIME_S,
        most_values: int = MOST_VALUES,
    ) -> None:
        self._now = now
        self._lifetime_s = lifetime_s
        self._most_values = most_values
        self._kept: dict[tuple[RoadmapVersionId, Columns], _Kept] = {}
        self._clearings = 0
        self.values = 0
        self.hits = 0
        self.misses = 0

    async def read(self, ids: list[RoadmapVersionId], columns: Columns, load: Load) -> list[list[Row]]:
        """Return the rows of each version, in the order of the ids; `load` reads what is not kept.

        What was loaded while the cache was cleared is not kept: it may be from before.
        """
        now, clearings = self._now(), self._clearings
        found: dict[RoadmapVersionId, list[Row]] = {}
        missing = []
        for id_ in ids:
            kept = self._kept.get((id_, columns))
            if kept is not None and kept.until > now:
                found[id_] = kept.rows
            else:
                missing.append(id_)
        self.hits += len(ids) - len(missing)
        self.misses += len(missing)
        if missing:
            loaded = await load(missing, (*columns, IS_PUBLIC))
            for id_, rows in zip(missing, loaded, strict=True):
                found[id_] = rows
                if rows and rows[0][-1] and clearings == self._clearings:
                    self._keep((id_, columns), _Kept(rows=rows, until=now + self._lifetime_s))
        return [found[id_] for id_ in ids]

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._clearings += 1
        self.values = 0

    async def hear(self, signals: Signals) -> None:
        """Clear at each signal that the current version of a roadmap, or who may see it, changed; until cancelled."""
        async with signals.listen(TOPIC) as changes:
            async for _ in changes:
                self.clear()

    def _keep(self, key: tuple[RoadmapVersionId, Columns], kept: _Kept) -> None:
        self._drop(key)
        size = _size(key, kept)
        if size > self._most_values:
            return
        self._kept[key] = kept
        self.values += size
        while self.values > self._most_values:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[RoadmapVersionId, Columns]) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self.values -= _size(key, dropped)


def _size(key: tuple[RoadmapVersionId, Columns], kept: _Kept) -> int:
    return len(kept.rows) * (len(key[1]) + 2)  # the version's id and what says that it is public
