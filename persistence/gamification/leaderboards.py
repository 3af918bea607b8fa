"""Leaderboards in Postgres, for reading: each page is one statement, so that it shows one version."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Index, Integer, bindparam, text
from sqlalchemy import Sequence as Counter
from sqlalchemy.types import TypeEngine

from domain.gamification.leaderboards import Board, BoardPage, LeaderboardEntry
from domain.ids import UserId
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.gamification.leaderboard_pages import read_ranking
from persistence.statements import ID, Statement, metadata
from persistence.tables.gamification.leaderboards import entries

versions = Counter("leaderboard_versions", metadata=metadata, data_type=BigInteger)
Index(
    "leaderboard_entries_order_idx",
    entries.c.board,
    entries.c.xp.desc(),
    entries.c.reached_at,
    entries.c.user_id,
    postgresql_where=text("visible AND xp > 0"),
)

_entry: Callable[..., LeaderboardEntry] = LeaderboardEntry
_board = bindparam("board", type_=ID)

_FEW = 8

# For few viewers: each rank is one sum over the buckets above it.
_RANKS_OF_FEW = """
    SELECT DISTINCT m.xp, 1 + (
        SELECT CAST(coalesce(sum(b.learners), 0) AS bigint) FROM leaderboard_buckets b
        WHERE b.board = :board AND b.xp > m.xp
    ) AS rank FROM mine m
"""
# For many viewers: one pass over the buckets, so that 10 000 subscribers do not cost 10 000 sums. A hidden viewer is in
# no bucket, so the XP of each viewer is added as a bucket of 0 learners.
_RANKS_OF_MANY = """
    SELECT xp, CAST(sum(sum(learners)) OVER (ORDER BY xp DESC) - sum(learners) AS bigint) + 1 AS rank FROM (
        SELECT xp, learners FROM leaderboard_buckets WHERE board = :board AND xp >= (SELECT min(xp) FROM mine)
        UNION ALL SELECT xp, 0 FROM mine
    ) levels GROUP BY xp
"""


_STATE = """
    SELECT coalesce(b.version, (
        SELECT e.version FROM leaderboards e WHERE e.board >= :family AND e.board < :board
        ORDER BY e.board DESC LIMIT 1
    ), 0) AS version, b.board IS NOT NULL AS opened, coalesce(b.learners, 0) AS learners
    FROM (SELECT) one LEFT JOIN leaderboards b ON b.board = :board
"""
_TOP = """
    SELECT CAST(NULL AS bigint) AS rank, user_id, xp, last_gain, reached_at FROM leaderboard_entries
    WHERE board = :board AND visible AND xp > 0
    ORDER BY xp DESC, reached_at, user_id LIMIT :top
"""
_MINE = """
    SELECT user_id, xp, last_gain, reached_at FROM leaderboard_entries
    WHERE board = :board AND user_id = ANY (:viewers) AND xp > 0
"""
# The first entries have no rank here, because it follows from their order.
_SHOWN = "version, opened, learners, rank, user_id, xp, last_gain, reached_at"
_PARAMETERS: dict[str, TypeEngine[Any]] = {"family": ID, "top": Integer(), "viewers": ARRAY(ID)}


def _statement(sql: str, *names: str) -> Statement[Any]:
    return Statement(text(sql).bindparams(_board, *(bindparam(n, type_=_PARAMETERS[n]) for n in names)))


def _page(ranks: str) -> Statement[Any]:
    return _statement(
        f"""
    WITH mine AS ({_MINE}), ranks AS ({ranks}), found AS (
        ({_TOP}) UNION ALL
        SELECT rank, user_id, xp, last_gain, reached_at FROM mine JOIN ranks USING (xp)
    ), state AS ({_STATE})
    SELECT {_SHOWN} FROM state LEFT JOIN found ON true
    ORDER BY rank IS NOT NULL, xp DESC, reached_at, user_id
    """,  # noqa: S608 - the parts are the constants above
        "family",
        "top",
        "viewers",
    )


_PAGE = _statement(
    f"""
    SELECT {_SHOWN} FROM ({_STATE}) state LEFT JOIN LATERAL ({_TOP}) top ON true
    ORDER BY xp DESC, reached_at, user_id
    """,  # noqa: S608 - as above
    "family",
    "top",
)
_PAGE_FOR_FEW, _PAGE_FOR_MANY = _page(_RANKS_OF_FEW), _page(_RANKS_OF_MANY)

# Scalar subqueries instead of a join with `mine`: their values bound the scan of the index. The rank of a neighbour is
# the sum above the highest of them, and then of the buckets between.
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
    """Reads `leaderboard_entries`, and computes ranks from the histogram `leaderboard_buckets`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def page(self, board: Board, *, top: int, viewers: Sequence[UserId]) -> BoardPage:
        """Return the first `top` entries, and the entries of `viewers`, including hidden ones."""
        values: dict[str, Any] = {"board": board.key, "family": board.family, "top": top}
        if viewers:
            statement = _PAGE_FOR_FEW if len(viewers) <= _FEW else _PAGE_FOR_MANY
            rows = await self._connection.rows(statement, **values, viewers=list(viewers))
        else:
            rows = await self._connection.rows(_PAGE, **values)
        version, opened, total = rows[0][:3]
        return BoardPage(
            version=version,
            opened=opened,
            total=total,
            top=_ranked([row for row in rows if row[3] is None and row[4] is not None]),
            viewers={row[4]: _entry(row[4], row[3], *row[5:]) for row in rows if row[3] is not None},
        )

    async def around(self, board: Board, *, user_id: UserId, count: int) -> list[LeaderboardEntry]:
        """Return the user's entry with up to `count` entries on either side; empty without an entry."""
        return await self._connection.all(_AROUND, board=board.key, user_id=user_id, count=count)

    async def ranking(self, board: Board, window: Window) -> Page[LeaderboardEntry]:
        """Return a page of the whole board."""
        return await read_ranking(self._connection, board.key, window)


def _ranked(rows: Sequence[Any]) -> list[LeaderboardEntry]:
    """Build the first entries of a board, whose ranks follow from their order."""
    entries, rank, level = [], 0, None
    for place, (_, _, _, _, user_id, xp, gain, reached_at) in enumerate(rows, 1):
        if xp != level:
            rank, level = place, xp
        entries.append(_entry(user_id, rank, xp, gain, reached_at))
    return entries
