"""Boards in Postgres, for reading: each page is one statement, so that everything in it is of one moment."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    bindparam,
    text,
)
from sqlalchemy import Sequence as Counter

from domain.ids import UserId
from domain.leaderboards import Board, BoardPage, LeaderboardEntry
from domain.paging import Page, Window
from persistence.base import ID, Statement, metadata
from persistence.board_rankings import read_ranking
from persistence.engine import Connection

versions = Counter("leaderboard_versions", metadata=metadata, data_type=BigInteger)
boards = Table(
    "leaderboards",
    metadata,
    Column("board", ID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("learners", BigInteger, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)
entries = Table(
    "leaderboard_entries",
    metadata,
    Column("board", ID, nullable=False),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("xp", BigInteger, nullable=False),
    Column("reached_at", DateTime(timezone=True), nullable=False),
    Column("last_gain", BigInteger, nullable=False),
    Column("visible", Boolean, nullable=False),
    PrimaryKeyConstraint("board", "user_id"),
)
Index(
    "leaderboard_entries_order_idx",
    entries.c.board,
    entries.c.xp.desc(),
    entries.c.reached_at,
    entries.c.user_id,
    postgresql_where=text("visible AND xp > 0"),
)
buckets = Table(
    "leaderboard_buckets",
    metadata,
    Column("board", ID, nullable=False),
    Column("xp", BigInteger, nullable=False),
    Column("learners", BigInteger, nullable=False),
    PrimaryKeyConstraint("board", "xp"),
    CheckConstraint("learners > 0", name="learners"),
)

_entry: Callable[..., LeaderboardEntry] = LeaderboardEntry
_board = bindparam("board", type_=ID)

_FEW = 8

# One rank is one sum over the buckets above it.
_RANKS_OF_FEW = """
    SELECT DISTINCT m.xp, 1 + (
        SELECT CAST(coalesce(sum(b.learners), 0) AS bigint) FROM leaderboard_buckets b
        WHERE b.board = :board AND b.xp > m.xp
    ) AS rank FROM mine m
"""
# Many ranks come from one pass over the buckets, so that 10 000 subscribers do not cost 10 000 sums. A viewer who opted
# out is in no bucket, so the viewers' XP is thrown in as levels where nobody stands.
_RANKS_OF_MANY = """
    SELECT xp, CAST(sum(sum(learners)) OVER (ORDER BY xp DESC) - sum(learners) AS bigint) + 1 AS rank FROM (
        SELECT xp, learners FROM leaderboard_buckets WHERE board = :board AND xp >= (SELECT min(xp) FROM mine)
        UNION ALL SELECT xp, 0 FROM mine
    ) levels GROUP BY xp
"""


def _page(ranks: str) -> Statement[Any]:
    written = text(f"""
    WITH top AS (
        SELECT user_id, xp, last_gain, reached_at FROM leaderboard_entries
        WHERE board = :board AND visible AND xp > 0
        ORDER BY xp DESC, reached_at, user_id LIMIT :top
    ), mine AS (
        SELECT user_id, xp, last_gain, reached_at FROM leaderboard_entries
        WHERE board = :board AND user_id = ANY (:viewers) AND xp > 0
    ), ranks AS ({ranks}), found AS (
        SELECT false AS own, user_id, rank() OVER (ORDER BY xp DESC) AS rank, xp, last_gain, reached_at FROM top
        UNION ALL
        SELECT true, user_id, rank, xp, last_gain, reached_at FROM mine JOIN ranks USING (xp)
    ), state AS (
        SELECT coalesce(b.version, (
            SELECT e.version FROM leaderboards e WHERE e.board >= :family AND e.board < :board
            ORDER BY e.board DESC LIMIT 1
        ), 0) AS version, b.board IS NOT NULL AS opened, coalesce(b.learners, 0) AS learners
        FROM (SELECT) one LEFT JOIN leaderboards b ON b.board = :board
    )
    SELECT version, opened, learners, own, user_id, rank, xp, last_gain, reached_at
    FROM state LEFT JOIN found ON true ORDER BY own, xp DESC, reached_at, user_id
    """)  # noqa: S608 - the part is one of the constants above
    return Statement(
        written.bindparams(
            _board,
            bindparam("family", type_=ID),
            bindparam("top", type_=Integer),
            bindparam("viewers", type_=ARRAY(ID)),
        )
    )


_PAGE_FOR_FEW, _PAGE_FOR_MANY = _page(_RANKS_OF_FEW), _page(_RANKS_OF_MANY)

# Scalar subqueries and not a join with `mine`: their values bound the scan of the index. The ranks of neighbours are
# the sum above the highest of them, and then only the buckets that they stand in.
_AROUND = Statement(
    text("""
    WITH mine AS (
        SELECT user_id, xp, last_gain, reached_at FROM leaderboard_entries
        WHERE board = :board AND user_id = :user_id AND xp > 0
    ), near AS (
        (SELECT e.user_id, e.xp, e.last_gain, e.reached_at FROM leaderboard_entries e
        WHERE e.board = :board AND e.visible AND e.xp > 0 AND e.xp >= (SELECT xp FROM mine)
        AND (e.xp > (SELECT xp FROM mine) OR (e.reached_at, e.user_id) < (SELECT reached_at, user_id FROM mine))
        ORDER BY e.xp, e.reached_at DESC, e.user_id DESC LIMIT :count)
        UNION ALL SELECT user_id, xp, last_gain, reached_at FROM mine
        UNION ALL
        (SELECT e.user_id, e.xp, e.last_gain, e.reached_at FROM leaderboard_entries e
        WHERE e.board = :board AND e.visible AND e.xp > 0 AND e.xp <= (SELECT xp FROM mine)
        AND (e.xp < (SELECT xp FROM mine) OR (e.reached_at, e.user_id) > (SELECT reached_at, user_id FROM mine))
        ORDER BY e.xp DESC, e.reached_at, e.user_id LIMIT :count)
    )
    SELECT n.user_id, CAST(1 + (
        SELECT coalesce(sum(b.learners), 0) FROM leaderboard_buckets b
        WHERE b.board = :board AND b.xp > (SELECT max(xp) FROM near)
    ) + (
        SELECT coalesce(sum(b.learners), 0) FROM leaderboard_buckets b
        WHERE b.board = :board AND b.xp > n.xp AND b.xp <= (SELECT max(xp) FROM near)
    ) AS bigint), n.xp, n.last_gain, n.reached_at
    FROM near n ORDER BY n.xp DESC, n.reached_at, n.user_id
    """).bindparams(_board, bindparam("user_id", type_=ID), bindparam("count", type_=Integer)),
    LeaderboardEntry,
)


class SqlBoards:
    """Boards in `leaderboard_entries`, with the histogram `leaderboard_buckets` for the ranks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def page(self, board: Board, *, top: int, viewers: Sequence[UserId]) -> BoardPage:
        """Return the first `top` entries, and those of `viewers`, also of the ones who opted out."""
        statement = _PAGE_FOR_FEW if len(viewers) <= _FEW else _PAGE_FOR_MANY
        rows = await self._connection.rows(
            statement, board=board.key, family=board.family, top=top, viewers=list(viewers)
        )
        version, opened, total = rows[0][:3]
        found = [(row[3], _entry(*row[4:])) for row in rows if row[3] is not None]
        return BoardPage(
            version=version,
            opened=opened,
            total=total,
            top=[entry for own, entry in found if not own],
            viewers={entry.user_id: entry for own, entry in found if own},
        )

    async def around(self, board: Board, *, user_id: UserId, count: int) -> list[LeaderboardEntry]:
        """Return the user's entry with up to `count` entries on either side; nothing without an entry."""
        return await self._connection.all(_AROUND, board=board.key, user_id=user_id, count=count)

    async def ranking(self, board: Board, window: Window) -> Page[LeaderboardEntry]:
        """Return a page of the whole board."""
        return await read_ranking(self._connection, board.key, window)
