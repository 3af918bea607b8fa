"""One board in one process: its latest page, read once a version however many watch, and the pages before it."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from domain.ids import UserId
from domain.leaderboards import LARGEST_TOP, Board, BoardPage, LeaderboardEntry
from domain.work import Meter, OpenWork

REMEMBERED = 256
"""How many versions of a board can be resumed from; entries that stay the same are kept once."""


class _State(NamedTuple):
    """The first entries of a version, and whether the board had no more."""

    top: Sequence[LeaderboardEntry]
    is_whole: bool


class BoardChannel:
    """What the subscribers of a board share."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._watchers: Counter[UserId] = Counter()
        self._anonymous = 0
        self._lock = asyncio.Lock()
        self._started = self._finished = 0
        self._page: BoardPage | None = None
        self._read_at = float("-inf")
        self._past: OrderedDict[str, _State] = OrderedDict()

    @property
    def watched(self) -> bool:
        """Whether anyone watches."""
        return bool(self._watchers) or self._anonymous > 0

    @contextmanager
    def watched_by(self, viewer_id: UserId | None) -> Iterator[None]:
        """Include the viewer's own entry in every page that is read from now on."""
        self.watch(viewer_id)
        try:
            yield
        finally:
            self.unwatch(viewer_id)

    def watch(self, viewer_id: UserId | None) -> None:
        """Begin what `watched_by` does."""
        if viewer_id is None:
            self._anonymous += 1
        else:
            self._watchers[viewer_id] += 1

    def unwatch(self, viewer_id: UserId | None) -> None:
        """End it."""
        if viewer_id is None:
            self._anonymous -= 1
        elif self._watchers[viewer_id] == 1:
            del self._watchers[viewer_id]
        else:
            self._watchers[viewer_id] -= 1

    async def fresh(self, open_reads: OpenWork) -> BoardPage:
        """Return a page whose reading starts after this call; callers at the same time share it."""
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
        """Keep the first entries of a version, so that a client which holds it can resume.

        `is_whole` says that the board has no more entries than these; of two lengths the longer one is kept.
        """
        held = self._past.get(version)
        if held is not None and len(held.top) >= len(top):
            return
        if self._past:
            known = {entry.user_id: entry for entry in next(reversed(self._past.values())).top}
            top = [known[e.user_id] if known.get(e.user_id) == e else e for e in top]
        self._past[version] = _State(top, is_whole)
        if len(self._past) > REMEMBERED:
            self._past.popitem(last=False)

    def past(self, version: str | None, first: int) -> Sequence[LeaderboardEntry] | None:
        """Return the `first` entries of a version, or None where so many are not known, or not any more."""
        held = None if version is None else self._past.get(version)
        if held is None or (len(held.top) < first and not held.is_whole):
            return None
        return held.top[:first]

    async def _current(self, open_reads: OpenWork, enough: Callable[[], bool]) -> BoardPage:
        if not enough():
            async with self._lock:
                if not enough():
                    await self._read(open_reads)
        assert self._page is not None  # noqa: S101 - nothing is enough before the first page
        return self._page

    async def _read(self, open_reads: OpenWork) -> None:
        self._started += 1
        started = _clock()
        async with open_reads(Meter()) as reads:
            page = await reads.boards.page(self._board, top=LARGEST_TOP, viewers=list(self._watchers))
        if page.opened:
            self.remember(str(page.version), page.top, is_whole=len(page.top) == page.total)
        self._page, self._read_at, self._finished = page, started, self._started


def _clock() -> float:
    return asyncio.get_running_loop().time()
