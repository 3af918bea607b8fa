"""What the subscribers of the boards are sent: a snapshot, then what changed, at most once in an interval."""

from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime

from domain.leaderboards import Board, BoardKey, Leaderboard, board_of, topic_of
from domain.signals import Signals
from domain.work import OpenWork
from resolvers.board_channels import BoardChannel
from resolvers.board_looks import Pace, Watch
from resolvers.board_relays import BoardRelay
from resolvers.board_screens import Screen, Update, Wish
from resolvers.listening import Listener

MOST_BOARDS = 16


class BoardFeed:
    """The boards that are watched in this process.

    A subscriber hears from it at most once in `interval_s` seconds, and looks for itself every `tick_s` seconds in
    case a signal was lost. Nothing is kept for a subscriber but the entries that it shows. Those who see nothing of
    their own share all of it, where they `join`: a relay looks for them, and computes each change once.
    """

    def __init__(self, *, interval_s: float = 1.0, tick_s: float = 5.0) -> None:
        self._interval_s = interval_s
        self._tick_s = tick_s
        self._channels: OrderedDict[BoardKey, BoardChannel] = OrderedDict()
        self._relays: dict[BoardKey, BoardRelay] = {}

    def remember(self, shown: Leaderboard) -> None:
        """Let a client that has just queried a board resume from there."""
        if shown.top:
            top = [replace(entry, is_viewer=False) if entry.is_viewer else entry for entry in shown.top]
            self._channel(shown.board).remember(shown.version, top, is_whole=len(top) == shown.total)

    async def updates(
        self,
        wish: Wish,
        *,
        after: str | None,
        open_reads: OpenWork,
        signals: Signals,
        now: Callable[[], datetime],
    ) -> AsyncGenerator[Update, None]:
        """Yield a delta from the version `after` where it is still known, else a snapshot; then every change.

        When the window ends, the next board follows with a snapshot.
        """
        pace = Pace(self._interval_s)
        while True:
            board = board_of(wish.scope, wish.window, now())
            channel = self._channel(board)
            async with signals.listen(topic_of(board.key)) as heard:
                with channel.watched_by(wish.viewer_id):
                    screen = Screen(wish, channel, open_reads)
                    await pace.wait()
                    yield await screen.begin(after, now)
                    watch = Watch(
                        board, channel, open_reads=open_reads, now=now, pace=pace, tick_s=self._tick_s
                    )
                    watch.version = screen.version
                    async with aclosing(watch.looks(heard)) as looks:
                        async for look in looks:
                            delta = screen.changed(look)
                            if delta is not None:
                                pace.sent()
                                yield delta
            after = None

    async def join(
        self,
        listener: Listener,
        wish: Wish,
        *,
        after: str | None,
        open_reads: OpenWork,
        signals: Signals,
        now: Callable[[], datetime],
    ) -> Update:
        """Return the first message of `updates`; the listener is told what follows it."""
        relay = self._relay(wish, open_reads, signals, now)
        return await relay.join(listener, first=wish.first, viewer_id=wish.viewer_id, after=after)

    def _relay(
        self, wish: Wish, open_reads: OpenWork, signals: Signals, now: Callable[[], datetime]
    ) -> BoardRelay:
        """Return the relay of the board that is open now."""
        board = board_of(wish.scope, wish.window, now())
        known = self._relays.get(board.key)
        if known is not None:
            return known
        channel = self._channel(board)
        pace = Pace(self._interval_s)
        relay = self._relays[board.key] = BoardRelay(
            channel,
            Watch(board, channel, open_reads=open_reads, now=now, pace=pace, tick_s=self._tick_s),
            open_reads=open_reads,
            now=now,
            listen=lambda: signals.listen(topic_of(board.key)),
            following=lambda: self._relay(wish, open_reads, signals, now),
            ended=lambda: self._relays.pop(board.key, None),
        )
        return relay

    def _channel(self, board: Board) -> BoardChannel:
        channel = self._channels.setdefault(board.key, BoardChannel(board))
        self._channels.move_to_end(board.key)
        idle = [key for key, other in self._channels.items() if not other.watched and key != board.key]
        for key in idle[: max(0, len(self._channels) - MOST_BOARDS)]:
            del self._channels[key]
        return channel
