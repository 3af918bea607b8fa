"""Boards in Postgres, for writing: few statements for a whole batch, under one advisory lock."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import ARRAY, BigInteger, Boolean, DateTime, Integer, bindparam, text
from sqlalchemy.types import TypeEngine

from domain.boards_projection import BoardVersion, Earned, Tally
from domain.errors import NotFoundError
from domain.ids import UserId
from domain.leaderboards import Board
from persistence.base import ID, Statement
from persistence.engine import Connection

_LOCK = 0x71_70_6C_62
"""The advisory lock of the boards; any number that nobody else uses."""
_PATIENCE_OF_REBUILD = "10min"
_MOMENT = DateTime(timezone=True)


def _given(sql: str, **types: TypeEngine[Any]) -> Statement[tuple[Any, ...]]:
    return Statement(text(sql).bindparams(*(bindparam(name, type_=kind) for name, kind in types.items())))


_CLAIM = _given("SELECT pg_try_advisory_xact_lock(:lock)", lock=BigInteger())
_WAIT = _given("SELECT pg_advisory_xact_lock(:lock)", lock=BigInteger())
_LINGER = _given("SELECT set_config('statement_timeout', :patience, true)", patience=ID)
_TAKE: Statement[Earned] = Statement(
    text("""
    DELETE FROM xp_outbox WHERE entry_id IN (SELECT entry_id FROM xp_outbox ORDER BY entry_id LIMIT :size)
    RETURNING entry_id, user_id, amount, occurred_at
    """).bindparams(bindparam("size", type_=Integer)),
    Earned,
)
# Returns how many learners more (or fewer) stand at each XP, so that the next statement can move the buckets.
_ADD = _given(
    """
    WITH given AS (
        SELECT g.*, u.on_boards
        FROM unnest(:boards, :users, :xp, :moments, :gains) AS g (board, user_id, xp, reached_at, last_gain)
        JOIN users u ON u.id = g.user_id
    ), old AS (
        SELECT e.board, e.xp FROM leaderboard_entries e JOIN given USING (board, user_id)
        WHERE e.visible AND e.xp > 0
    ), new AS (
        INSERT INTO leaderboard_entries AS e (board, user_id, xp, reached_at, last_gain, visible)
        SELECT board, user_id, xp, reached_at, last_gain, on_boards FROM given
        ON CONFLICT (board, user_id) DO UPDATE SET
            xp = e.xp + excluded.xp,
            reached_at = greatest(e.reached_at, excluded.reached_at),
            last_gain = CASE WHEN excluded.reached_at > e.reached_at THEN excluded.last_gain
                WHEN excluded.reached_at = e.reached_at THEN e.last_gain + excluded.last_gain
                ELSE e.last_gain END,
            visible = excluded.visible
        RETURNING e.board, e.xp, e.visible
    )
    SELECT board, xp, CAST(sum(change) AS bigint) FROM (
        SELECT board, xp, 1 AS change FROM new WHERE visible AND xp > 0
        UNION ALL SELECT board, xp, -1 FROM old
    ) moves GROUP BY board, xp HAVING sum(change) <> 0 ORDER BY board, xp
    """,
    boards=ARRAY(ID),
    users=ARRAY(ID),
    xp=ARRAY(BigInteger()),
    moments=ARRAY(_MOMENT),
    gains=ARRAY(BigInteger()),
)
_MOVE = _given(
    """
    MERGE INTO leaderboard_buckets b
    USING (SELECT * FROM unnest(:boards, :xp, :changes) AS g (board, xp, change)) g
    ON b.board = g.board AND b.xp = g.xp
    WHEN MATCHED AND b.learners + g.change = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET learners = b.learners + g.change
    WHEN NOT MATCHED THEN INSERT (board, xp, learners) VALUES (g.board, g.xp, g.change)
    """,
    boards=ARRAY(ID),
    xp=ARRAY(BigInteger()),
    changes=ARRAY(BigInteger()),
)
_BUMP: Statement[BoardVersion] = Statement(
    text("""
    INSERT INTO leaderboards AS b (board, version, learners, updated_at)
    SELECT board, nextval('leaderboard_versions'), change, :now
    FROM unnest(:boards, :changes) AS g (board, change)
    ON CONFLICT (board) DO UPDATE SET
        version = excluded.version, learners = b.learners + excluded.learners, updated_at = excluded.updated_at
    RETURNING board, version
    """).bindparams(
        bindparam("boards", type_=ARRAY(ID)),
        bindparam("changes", type_=ARRAY(BigInteger())),
        bindparam("now", type_=_MOMENT),
    ),
    BoardVersion,
)
_APPEAR = _given(
    "UPDATE users SET on_boards = :visible WHERE id = :user_id RETURNING id", visible=Boolean(), user_id=ID
)
_SHOW = _given(
    """
    UPDATE leaderboard_entries SET visible = :visible WHERE user_id = :user_id AND visible <> :visible
    RETURNING board, xp, CASE WHEN xp <= 0 THEN 0 WHEN visible THEN 1 ELSE -1 END
    """,
    visible=Boolean(),
    user_id=ID,
)
_CLEAR = _given(
    "WITH cleared AS (DELETE FROM leaderboard_buckets WHERE board = :board) "
    "DELETE FROM leaderboard_entries WHERE board = :board",
    board=ID,
)
_REFILL = _given(
    """
    WITH counted AS (
        SELECT e.user_id, e.amount, date_trunc('milliseconds', e.occurred_at) AS moment
        FROM xp_entries e
        WHERE e.status = 'SETTLED' AND e.amount <> 0
        AND (:opens_at IS NULL OR e.occurred_at >= :opens_at AND e.occurred_at < :closes_at)
        AND (:written_before IS NULL OR e.id < :written_before)
        AND NOT EXISTS (SELECT FROM xp_outbox o WHERE o.entry_id = e.id)
    ), latest AS (
        SELECT user_id, amount, moment, max(moment) OVER (PARTITION BY user_id) AS reached_at FROM counted
    )
    INSERT INTO leaderboard_entries (board, user_id, xp, reached_at, last_gain, visible)
    SELECT :board, l.user_id, sum(l.amount), l.reached_at,
        sum(l.amount) FILTER (WHERE l.moment = l.reached_at), u.on_boards
    FROM latest l JOIN users u ON u.id = l.user_id GROUP BY l.user_id, l.reached_at, u.on_boards
    """,
    board=ID,
    opens_at=_MOMENT,
    closes_at=_MOMENT,
    written_before=ID,
)
_RECOUNT = _given(
    """
    INSERT INTO leaderboard_buckets (board, xp, learners)
    SELECT board, xp, count(*) FROM leaderboard_entries
    WHERE board = :board AND visible AND xp > 0 GROUP BY board, xp
    """,
    board=ID,
)
_RENEW: Statement[BoardVersion] = Statement(
    text("""
    INSERT INTO leaderboards (board, version, learners, updated_at)
    SELECT :board, nextval('leaderboard_versions'), coalesce(sum(learners), 0), :now
    FROM leaderboard_buckets WHERE board = :board
    ON CONFLICT (board) DO UPDATE SET
        version = excluded.version, learners = excluded.learners, updated_at = excluded.updated_at
    RETURNING board, version
    """).bindparams(bindparam("board", type_=ID), bindparam("now", type_=_MOMENT)),
    BoardVersion,
)


class SqlProjection:
    """Writes the tables of the boards."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def claim(self) -> bool:
        """Take the lock until the commit; False where another projector holds it."""
        return bool(await self._connection.value(_CLAIM, lock=_LOCK))

    async def take(self, limit: int) -> list[Earned]:
        """Remove and return up to `limit` entries that the boards have not seen."""
        return await self._connection.all(_TAKE, size=limit)

    async def add(self, tallies: list[Tally], *, now: datetime) -> list[BoardVersion]:
        """Add the tallies in three statements: entries, buckets, versions."""
        moves = await self._connection.rows(
            _ADD,
            boards=[t.board for t in tallies],
            users=[t.user_id for t in tallies],
            xp=[t.xp for t in tallies],
            moments=[t.reached_at for t in tallies],
            gains=[t.last_gain for t in tallies],
        )
        return await self._move({t.board for t in tallies}, moves, now)

    async def rebuild(self, board: Board, *, written_before: str | None, now: datetime) -> BoardVersion:
        """Empty the board and fill it from the ledger; readers see the old one until the commit."""
        await self._connection.value(_LINGER, patience=_PATIENCE_OF_REBUILD)
        await self._connection.value(_WAIT, lock=_LOCK)
        await self._connection.run(_CLEAR, board=board.key)
        span = {"opens_at": board.opens_at, "closes_at": board.closes_at, "written_before": written_before}
        await self._connection.run(_REFILL, board=board.key, **span)
        await self._connection.run(_RECOUNT, board=board.key)
        renewed = await self._connection.first(_RENEW, board=board.key, now=now)
        assert renewed is not None  # noqa: S101 - INSERT ... RETURNING of one row
        return renewed

    async def appear(self, user_id: UserId, *, on_boards: bool, now: datetime) -> list[BoardVersion]:
        """Note the wish with the user, then move their entries in or out of sight."""
        await self._connection.value(_WAIT, lock=_LOCK)
        if await self._connection.value(_APPEAR, user_id=user_id, visible=on_boards) is None:
            raise NotFoundError("There is no such user.")
        moves = await self._connection.rows(_SHOW, user_id=user_id, visible=on_boards)
        return await self._move({move[0] for move in moves}, [m for m in moves if m[2]], now) if moves else []

    async def _move(
        self, changed: Iterable[str], moves: list[asyncpg.Record], now: datetime
    ) -> list[BoardVersion]:
        """Move learners between buckets and give every changed board its next version."""
        if moves:
            boards, xp, changes = zip(*moves, strict=True)
            await self._connection.run(_MOVE, boards=boards, xp=xp, changes=changes)
        learners = dict.fromkeys(sorted(changed), 0)
        for board, _, change in moves:
            learners[board] += change
        return await self._connection.all(
            _BUMP, boards=list(learners), changes=list(learners.values()), now=now
        )
