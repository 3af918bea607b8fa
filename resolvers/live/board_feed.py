"""Live leaderboards of this process: a snapshot for each subscriber, then its changes, at most one per interval."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from domain.gamification.leaderboards import Board, BoardKey, Leaderboard, board_of, topic_of
from domain.signals import Signals
from domain.work import OpenWork
from resolvers.live.board_broadcast import BoardBroadcast
from resolvers.live.board_cache import BoardCache
from resolvers.live.board_updates import BoardRequest, Update
from resolvers.live.board_watch import BoardWatch, Throttle
from resolvers.live.listeners import Listener

MOST_BOARDS = 16


class BoardFeed:
    """The boards that have subscribers in this process; one broadcast per board reads it for all of them.

    A subscriber gets at most one message in `interval_s` seconds. Each board is also read every `tick_s` seconds, in
    case a signal was lost.
    """

    def __init__(self, *, interval_s: float = 1.0, tick_s: float = 5.0) -> None:
        self._interval_s = interval_s
        self._tick_s = tick_s
        self._caches: OrderedDict[BoardKey, BoardCache] = OrderedDict()
        self._broadcasts: dict[BoardKey, BoardBroadcast] = {}

    def remember(self, shown: Leaderboard) -> None:
        """Let a client resume from a board that it queried."""
        if shown.top:
            top = [replace(entry, is_viewer=False) if entry.is_viewer else entry for entry in shown.top]
            self._cache(shown.board).remember(shown.version, top, is_whole=len(top) == shown.total)

    async def join(
        self,
        listener: Listener,
        request: BoardRequest,
        *,
        after: str | None,
        open_reads: OpenWork,
        signals: Signals,
        now: Callable[[], datetime],
    ) -> Update:
        """Add a listener and return its first message: a delta from version `after` if that is known, or a snapshot.

        The listener gets every change after that. When the window ends, it gets a snapshot of the next board.
        """
        broadcast = self._broadcast(request, open_reads, signals, now)
        return await broadcast.join(listener, first=request.first, viewer_id=request.viewer_id, after=after)

    def _broadcast(
        self, request: BoardRequest, open_reads: OpenWork, signals: Signals, now: Callable[[], datetime]
    ) -> BoardBroadcast:
        """Return the broadcast of the board that is open now."""
        board = board_of(request.scope, request.window, now())
        known = self._broadcasts.get(board.key)
        if known is not None:
            return known
        cache = self._cache(board)
        throttle = Throttle(self._interval_s)
        broadcast = self._broadcasts[board.key] = BoardBroadcast(
            cache,
            BoardWatch(board, cache, open_reads=open_reads, now=now, throttle=throttle, tick_s=self._tick_s),
            open_reads=open_reads,
            now=now,
            listen=lambda: signals.listen(topic_of(board.key)),
            find_next=lambda: self._broadcast(request, open_reads, signals, now),
            on_end=lambda: self._broadcasts.pop(board.key, None),
        )
        return broadcast

    def _cache(self, board: Board) -> BoardCache:
        cache = self._caches.setdefault(board.key, BoardCache(board))
        self._caches.move_to_end(board.key)
        idle = [key for key, other in self._caches.items() if not other.is_watched and key != board.key]
        for key in idle[: max(0, len(self._caches) - MOST_BOARDS)]:
            del self._caches[key]
        return cache
