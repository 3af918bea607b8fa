"""Leaderboards: learners in order of XP, each with an exact rank, and what changed between two states of a board."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NewType, Protocol

from domain.entities import entity
from domain.errors import InvalidInputError
from domain.ids import UserId
from domain.paging import LARGEST_PAGE, Page, Window

LARGEST_TOP = LARGEST_PAGE
DEFAULT_TOP = 10
MOST_AROUND = 25
DEFAULT_AROUND = 5
_WEEK = timedelta(days=7)

BoardKey = NewType("BoardKey", str)
"""Names one board, like `GLOBAL:ALL_TIME` or `GLOBAL:WEEKLY:2026-W47`."""


class LeaderboardScope(Enum):
    """Among whom a learner is ranked."""

    GLOBAL = "GLOBAL"


class LeaderboardWindow(Enum):
    """Which XP counts, by when it was earned."""

    ALL_TIME = "ALL_TIME"
    WEEKLY = "WEEKLY"


@entity
class Board:
    """One list: a scope and a window, and the span `[opens_at, closes_at)` where the window has one.

    `family` is the common beginning of the keys of this board and of those before it in time.
    """

    key: BoardKey
    family: str
    scope: LeaderboardScope
    window: LeaderboardWindow
    opens_at: datetime | None
    closes_at: datetime | None


@entity
class LeaderboardEntry:
    """A learner's place: `delta` is the XP that the latest change brought, `reached_at` when that was.

    `rank` is the competition rank (1, 2, 2, 4): 1 + the learners with strictly more XP.
    """

    user_id: UserId
    rank: int
    xp: int
    delta: int
    reached_at: datetime
    is_viewer: bool = False


@entity
class BoardPage:
    """A board as one statement saw it: the first entries, and those of the viewers that were asked for.

    `opened` is False before the first XP reaches a board; its version is then that of the board before it.
    """

    version: int
    opened: bool
    total: int
    top: list[LeaderboardEntry]
    viewers: dict[UserId, LeaderboardEntry]


@entity
class Leaderboard:
    """A board as a viewer sees it; everything in it belongs to one `version`, and holds what was asked for."""

    board: Board
    scope: LeaderboardScope
    window: LeaderboardWindow
    version: str
    as_of: datetime
    total: int
    top: list[LeaderboardEntry]
    viewer_entry: LeaderboardEntry | None


@entity
class LeaderboardSnapshot:
    """The first message of a subscription, and the one after something was lost: all that it shows."""

    version: str
    as_of: datetime
    entries: list[LeaderboardEntry]
    viewer_entry: LeaderboardEntry | None


@entity
class LeaderboardDelta:
    """What leads from the entries of version `since` to those of `version`."""

    version: str
    since: str
    moved: list[LeaderboardEntry]
    entered: list[LeaderboardEntry]
    left: list[UserId]
    viewer_entry: LeaderboardEntry | None


@entity
class Difference:
    """The entries that changed, came and went between two states."""

    moved: list[LeaderboardEntry]
    entered: list[LeaderboardEntry]
    left: list[UserId]


class Boards(Protocol):
    """Boards for reading. Entries stand by xp desc, `reached_at`, user id; each method sees one state of the board."""

    async def page(self, board: Board, *, top: int, viewers: Sequence[UserId]) -> BoardPage:
        """Return the first `top` entries, and those of `viewers`, also of the ones who opted out."""

    async def around(self, board: Board, *, user_id: UserId, count: int) -> list[LeaderboardEntry]:
        """Return the user's entry with up to `count` entries on either side; nothing without an entry."""

    async def ranking(self, board: Board, window: Window) -> Page[LeaderboardEntry]:
        """Return a page of the whole board."""


def board_of(scope: LeaderboardScope, window: LeaderboardWindow, moment: datetime) -> Board:
    """Return the board on which XP earned at `moment` counts; weeks begin on Monday 00:00 UTC for everyone."""
    family = f"{scope.value}:{window.value}"
    if window is LeaderboardWindow.ALL_TIME:
        return Board(
            key=BoardKey(family), family=family, scope=scope, window=window, opens_at=None, closes_at=None
        )
    year, week, _ = moment.astimezone(UTC).isocalendar()
    opens_at = datetime.combine(datetime.fromisocalendar(year, week, 1), datetime.min.time(), UTC)
    return Board(
        key=BoardKey(f"{family}:{year:04}-W{week:02}"),
        family=family + ":",
        scope=scope,
        window=window,
        opens_at=opens_at,
        closes_at=opens_at + _WEEK,
    )


def topic_of(key: BoardKey) -> str:
    """Return the topic of the signals that say the board has a new version."""
    return f"board:{key}"


def checked_top(first: int) -> int:
    """Return how many entries to show; raises InvalidInputError unless 0 to 100."""
    if not 0 <= first <= LARGEST_TOP:
        raise InvalidInputError(f"first must be 0 to {LARGEST_TOP}.", field="first")
    return first


async def read(
    boards: Boards,
    *,
    scope: LeaderboardScope,
    window: LeaderboardWindow,
    viewer_id: UserId | None,
    now: datetime,
    top: int = LARGEST_TOP,
    own: bool = True,
) -> Leaderboard:
    """Read the board that is open now, with its first `top` entries (0 to 100) and, if `own`, the viewer's."""
    board = board_of(scope, window, now)
    viewers = [viewer_id] if own and viewer_id is not None else []
    page = await boards.page(board, top=max(0, min(top, LARGEST_TOP)), viewers=viewers)
    return Leaderboard(
        board=board,
        scope=scope,
        window=window,
        version=str(page.version),
        as_of=now,
        total=page.total,
        top=seen_by(viewer_id, page.top),
        viewer_entry=own_entry(page, viewer_id),
    )


async def around(boards: Boards, *, board: Board, user_id: UserId, n: int) -> list[LeaderboardEntry]:
    """Return the user's entry with up to `n` entries on either side; raises InvalidInputError unless 0 to 25."""
    if not 0 <= n <= MOST_AROUND:
        raise InvalidInputError(f"n must be 0 to {MOST_AROUND}.", field="n")
    return seen_by(user_id, await boards.around(board, user_id=user_id, count=n))


async def ranking(
    boards: Boards, *, board: Board, window: Window, viewer_id: UserId | None
) -> Page[LeaderboardEntry]:
    """Return a page of the whole board; raises InvalidInputError for a cursor of another list."""
    page = await boards.ranking(board, window)
    nodes = seen_by(viewer_id, page.nodes)
    return replace(page, nodes=nodes)


def seen_by(viewer_id: UserId | None, entries: Sequence[LeaderboardEntry]) -> list[LeaderboardEntry]:
    """Mark the viewer's entry."""
    return [marked(entry) if entry.user_id == viewer_id else entry for entry in entries]


def own_entry(page: BoardPage, viewer_id: UserId | None) -> LeaderboardEntry | None:
    """Return the viewer's entry, marked; None without XP on the board, and for an anonymous viewer."""
    entry = None if viewer_id is None else page.viewers.get(viewer_id)
    return None if entry is None else marked(entry)


def marked(entry: LeaderboardEntry) -> LeaderboardEntry:
    """Return the entry as its owner sees it."""
    return replace(entry, is_viewer=True)


def difference(old: Sequence[LeaderboardEntry], new: Sequence[LeaderboardEntry]) -> Difference:
    """Return what changed from `old` to `new`.

    Whoever drops `left`, puts `moved` in the place of the entries with the same users, adds `entered` and sorts
    by rank, `reached_at` and user id, holds exactly `new`.
    """
    before = {entry.user_id: entry for entry in old}
    after = {entry.user_id for entry in new}
    return Difference(
        moved=[e for e in new if e.user_id in before and e != before[e.user_id]],
        entered=[e for e in new if e.user_id not in before],
        left=[e.user_id for e in old if e.user_id not in after],
    )
