"""What a subscriber shows of one board, and the messages that lead from one state of it to the next."""

from collections.abc import Callable, Sequence
from datetime import datetime

from domain.entities import entity
from domain.ids import UserId
from domain.leaderboards import (
    BoardPage,
    LeaderboardDelta,
    LeaderboardEntry,
    LeaderboardScope,
    LeaderboardSnapshot,
    LeaderboardWindow,
    difference,
    own_entry,
    seen_by,
)
from domain.work import OpenWork
from resolvers.board_channels import BoardChannel
from resolvers.board_looks import Look

Update = LeaderboardSnapshot | LeaderboardDelta


@entity
class Wish:
    """What one subscriber asked for."""

    scope: LeaderboardScope
    window: LeaderboardWindow
    first: int
    viewer_id: UserId | None


def snapshot_of(
    page: BoardPage, *, first: int, viewer_id: UserId | None, as_of: datetime
) -> LeaderboardSnapshot:
    """Return a whole state as the viewer sees it."""
    return LeaderboardSnapshot(
        version=str(page.version),
        as_of=as_of,
        entries=seen_by(viewer_id, page.top[:first]),
        viewer_entry=own_entry(page, viewer_id),
    )


def delta_to(
    page: BoardPage,
    *,
    since: int,
    before: Sequence[LeaderboardEntry],
    first: int,
    viewer_id: UserId | None,
) -> LeaderboardDelta:
    """Return what leads from the entries `before`, of the version `since`, to those of a page."""
    changes = difference(before, page.top[:first])
    return LeaderboardDelta(
        version=str(page.version),
        since=str(since),
        moved=seen_by(viewer_id, changes.moved),
        entered=seen_by(viewer_id, changes.entered),
        left=changes.left,
        viewer_entry=own_entry(page, viewer_id),
    )


class Screen:
    """What one subscriber shows of one board."""

    def __init__(self, wish: Wish, channel: BoardChannel, open_reads: OpenWork) -> None:
        self._wish = wish
        self._channel = channel
        self._open_reads = open_reads
        self._shown: Sequence[LeaderboardEntry] = []
        self._own: LeaderboardEntry | None = None
        self._told = 0

    @property
    def version(self) -> int:
        """The version that was told last."""
        return self._told

    async def begin(self, after: str | None, now: Callable[[], datetime]) -> Update:
        """Return the first message."""
        as_of = now()
        page = await self._channel.fresh(self._open_reads)
        held = self._channel.past(after, self._wish.first)
        if held is not None and page.opened:
            self._shown, self._told = held, int(after or 0)
            return self._delta(page)
        self._hold(page)
        return snapshot_of(page, first=self._wish.first, viewer_id=self._wish.viewer_id, as_of=as_of)

    def changed(self, look: Look) -> LeaderboardDelta | None:
        """Return what changed; None where nothing did.

        On a tick a new version is told even where it changes nothing here, so that what a client may resume from
        does not grow old.
        """
        page = look.page
        if page.version == self._told:
            return None
        same = list(page.top[: self._wish.first]) == list(self._shown)
        if same and own_entry(page, self._wish.viewer_id) == self._own and not look.on_tick:
            return None
        return self._delta(page)

    def _delta(self, page: BoardPage) -> LeaderboardDelta:
        since, before = self._told, self._shown
        self._hold(page)
        return delta_to(
            page, since=since, before=before, first=self._wish.first, viewer_id=self._wish.viewer_id
        )

    def _hold(self, page: BoardPage) -> None:
        self._shown = page.top[: self._wish.first]
        self._own = own_entry(page, self._wish.viewer_id)
        self._told = page.version
