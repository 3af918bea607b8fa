"""Leaderboards: learners in order of XP with exact ranks, and the difference between two versions of a board."""

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
    """Whom a learner is ranked with."""

    GLOBAL = "GLOBAL"


class LeaderboardWindow(Enum):
    """Which XP counts, by the time when it was earned."""

    ALL_TIME = "ALL_TIME"
    WEEKLY = "WEEKLY"


@entity
class Board:
    """One ranked list: a scope and a window, with the span `[opens_at, closes_at)` of a weekly window.

    `family` is the common prefix of the keys of this board and of the boards of earlier weeks.
    """

    key: BoardKey
    family: str
    scope: LeaderboardScope
    window: LeaderboardWindow
    opens_at: datetime | None
    closes_at: datetime | None


@entity
class LeaderboardEntry:
    """A learner's entry: `delta` is the XP of the latest change, and `reached_at` the time of that change.

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
    """A board as read by one statement: the first entries, and the entries of the requested viewers.

    `opened` is False before the first XP reaches the board; its version is then that of the board before it.
    """

    version: int
    opened: bool
    total: int
    top: list[LeaderboardEntry]
    viewers: dict[UserId, LeaderboardEntry]


@entity
class Leaderboard:
    """A board as a viewer sees it: the requested parts of one `version`."""

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
    """The first message of a subscription, or one that replaces all before it: the whole view."""

    version: str
    as_of: datetime
    entries: list[LeaderboardEntry]
    viewer_entry: LeaderboardEntry | None


@entity
class LeaderboardDelta:
    """The changes from the entries of version `since` to those of `version`."""

    version: str
    since: str
    moved: list[LeaderboardEntry]
    entered: list[LeaderboardEntry]
    left: list[UserId]
    viewer_entry: LeaderboardEntry | None


@entity
class Difference:
    """The entries that changed, entered and left between two versions."""

    moved: list[LeaderboardEntry]
    entered: list[LeaderboardEntry]
    left: list[UserId]


class Boards(Protocol):
    """Boards for reading. Entries are sorted by xp desc, `reached_at`, user id; each method reads one version."""

    async def page(self, board: Board, *, top: int, viewers: Sequence[UserId]) -> BoardPage:
        """Return the first `top` entries, and the entries of `viewers`, including hidden ones."""

    async def around(self, board: Board, *, user_id: UserId, count: int) -> list[LeaderboardEntry]:
        """Return the user's entry with up to `count` entries on either side; empty without an entry."""

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
    """Return the topic of the signals for new versions of a board."""
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
    """Return the entries with the viewer's own entry marked."""
    return [as_own(entry) if entry.user_id == viewer_id else entry for entry in entries]


def own_entry(page: BoardPage, viewer_id: UserId | None) -> LeaderboardEntry | None:
    """Return the viewer's own entry, marked; None without XP on the board, or for an anonymous viewer."""
    entry = None if viewer_id is None else page.viewers.get(viewer_id)
    return None if entry is None else as_own(entry)


def as_own(entry: LeaderboardEntry) -> LeaderboardEntry:
    """Return the entry as its learner sees it."""
    return replace(entry, is_viewer=True)


def difference(old: Sequence[LeaderboardEntry], new: Sequence[LeaderboardEntry]) -> Difference:
    """Return the changes from `old` to `new`.

    To get exactly `new`: drop `left`, replace the entries of the same users by `moved`, add `entered`, and sort by
    rank, `reached_at` and user id.
    """
    before = {entry.user_id: entry for entry in old}
    after = {entry.user_id for entry in new}
    return Difference(
        moved=[e for e in new if e.user_id in before and e != before[e.user_id]],
        entered=[e for e in new if e.user_id not in before],
        left=[e.user_id for e in old if e.user_id not in after],
    )
