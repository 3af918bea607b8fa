"""Messages of a live leaderboard: snapshots, and deltas from one version to a later one."""

from collections.abc import Sequence
from datetime import datetime

from domain.entities import entity
from domain.gamification.leaderboards import (
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
from domain.ids import UserId

Update = LeaderboardSnapshot | LeaderboardDelta


@entity
class BoardRequest:
    """What one subscriber asks for: a board, the number of its first entries, and whose own entry."""

    scope: LeaderboardScope
    window: LeaderboardWindow
    first: int
    viewer_id: UserId | None


def snapshot_of(
    page: BoardPage, *, first: int, viewer_id: UserId | None, as_of: datetime
) -> LeaderboardSnapshot:
    """Return the first entries of a page as the viewer sees them."""
    return LeaderboardSnapshot(
        version=str(page.version),
        as_of=as_of,
        entries=seen_by(viewer_id, page.top[:first]),
        viewer_entry=own_entry(page, viewer_id),
    )


def delta_to(
    page: BoardPage, *, since: int, before: Sequence[LeaderboardEntry], first: int, viewer_id: UserId | None
) -> LeaderboardDelta:
    """Return the changes from the entries `before`, of version `since`, to the first entries of a page."""
    changes = difference(before, page.top[:first])
    return LeaderboardDelta(
        version=str(page.version),
        since=str(since),
        moved=seen_by(viewer_id, changes.moved),
        entered=seen_by(viewer_id, changes.entered),
        left=changes.left,
        viewer_entry=own_entry(page, viewer_id),
    )
