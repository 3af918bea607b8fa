"""Cache of one board in this process: the current page, read once per version, and earlier versions for resuming."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from domain.gamification.leaderboards import LARGEST_TOP, Board, BoardPage, LeaderboardEntry
from domain.ids import UserId
from domain.unit_of_work import Meter
from domain.work import OpenWork

REMEMBERED = 256
"""How many versions of a board a client can resume from; entries that are equal in two versions share one object."""


class _Version(NamedTuple):
    """The first entries of a version, and whether the board had no more."""

    top: Sequence[LeaderboardEntry]
    is_whole: bool


class BoardCache:
    """The pages of one board that its subscribers share.

    Every page holds the own entries of the viewers who watch the board while it is read.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._viewers: Counter[UserId] = Counter()
        self._anonymous = 0
        self._lock = asyncio.Lock()
        self._started = self._finished = 0
        self._page: BoardPage | None = None
        self._read_at = float("-inf")
        self._versions: OrderedDict[str, _Version] = OrderedDict()

    @property
    def is_watched(self) -> bool:
        """Whether the board has subscribers."""
        return bool(self._viewers) or self._anonymous > 0

    @contextmanager
    def watched_by(self, viewer_id: UserId | None) -> Iterator[None]:
        """Include the viewer's own entry in every page that is read inside the block."""
        self.watch(viewer_id)
        try:
            yield
        finally:
            self.unwatch(viewer_id)

    def watch(self, viewer_id: UserId | None) -> None:
        """Include the viewer's own entry in every page that is read until `unwatch`; calls are counted."""
        if viewer_id is None:
            self._anonymous += 1
        else:
            self._viewers[viewer_id] += 1

    def unwatch(self, viewer_id: UserId | None) -> None:
        """Take back one call of `watch`."""
        if viewer_id is None:
            self._anonymous -= 1
        elif self._viewers[viewer_id] == 1:
            del self._viewers[viewer_id]
        else:
            self._viewers[viewer_id] -= 1

    async def fresh(self, open_reads: OpenWork) -> BoardPage:
        """Return a page whose read starts after this call; concurrent callers share one read."""
        asked = self._started
        return await self._current(open_reads, lambda: self._finished > asked)

    async def at_least(self, version: int, open_reads: OpenWork) -> BoardPage:
        """Return a page of this version or a later one."""
        return await self._current(
            open_reads, lambda: self._page is not None and self._page.version >= version
        )

    async def recent(self, seconds: float, open_reads: OpenWork) -> BoardPage:
        """Return a page that was read within the last `seconds`, in case a signal was lost."""
        return await self._current(open_reads, lambda: self._read_at + seconds > _clock())

    def remember(self, version: str, top: Sequence[LeaderboardEntry], *, is_whole: bool) -> None:
        """Keep the first entries of a version, so that a client that has them can resume.

        `is_whole` says that the board has no more entries than these. Of two lengths the longer one is kept.
        """
        known = self._versions.get(version)
        if known is not None and len(known.top) >= len(top):
            return
        if self._versions:
            latest = {entry.user_id: entry for entry in next(reversed(self._versions.values())).top}
            top = [latest[e.user_id] if latest.get(e.user_id) == e else e for e in top]
        self._versions[version] = _Version(top, is_whole)
        if len(self._versions) > REMEMBERED:
            self._versions.popitem(last=False)

    def entries_at(self, version: str | None, first: int) -> Sequence[LeaderboardEntry] | None:
        """Return the `first` entries of a version; None if the cache does not have that many of it."""
        known = None if version is None else self._versions.get(version)
        if known is None or (len(known.top) < first and not known.is_whole):
            return None
        return known.top[:first]

    async def _current(self, open_reads: OpenWork, is_good: Callable[[], bool]) -> BoardPage:
        if not is_good():
            async with self._lock:
                if not is_good():
                    await self._read(open_reads)
        assert self._page is not None  # noqa: S101 - no condition holds before the first page
        return self._page

    async def _read(self, open_reads: OpenWork) -> None:
        self._started += 1
        started = _clock()
        async with open_reads(Meter()) as reads:
            page = await reads.boards.page(self._board, top=LARGEST_TOP, viewers=list(self._viewers))
        if page.opened:
            self.remember(str(page.version), page.top, is_whole=len(page.top) == page.total)
        self._page, self._read_at, self._finished = page, started, self._started


def _clock() -> float:
    return asyncio.get_running_loop().time()
