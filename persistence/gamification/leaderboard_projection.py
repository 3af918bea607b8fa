"""Projection of XP onto the boards in Postgres: a few statements per batch, under one advisory lock."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import ARRAY, BigInteger, Boolean, Integer, bindparam, text
from sqlalchemy.types import TypeEngine

from domain.errors import NotFoundError
from domain.gamification.leaderboard_projection import BoardVersion, OutboxEntry, XpSum
from domain.gamification.leaderboards import Board
from domain.ids import UserId
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement

_LOCK = 0x71_70_6C_62
"""The key of the boards' advisory lock; no other lock has it."""
_REBUILD_TIMEOUT = "10min"


_ON_BOARDS = "(u.on_boards AND (u.suspended_at IS NULL OR coalesce(u.suspended_until <= :now, false)))"
"""The condition that others see a user on boards at `:now`: neither opted out nor suspended."""


def _statement(sql: str, **types: TypeEngine[Any]) -> Statement[tuple[Any, ...]]:
    return Statement(text(sql).bindparams(*(bindparam(name, type_=kind) for name, kind in types.items())))


_CLAIM = _statement("SELECT pg_try_advisory_xact_lock(:lock)", lock=BigInteger())
_WAIT = _statement("SELECT pg_advisory_xact_lock(:lock)", lock=BigInteger())
_SET_TIMEOUT = _statement("SELECT set_config('statement_timeout', :timeout, true)", timeout=ID)
_TAKE: Statement[OutboxEntry] = Statement(
    text("""
    DELETE FROM xp_outbox WHERE entry_id IN (SELECT entry_id FROM xp_outbox ORDER BY entry_id LIMIT :size)
    RETURNING entry_id, user_id, amount, occurred_at
    """).bindparams(bindparam("size", type_=Integer)),
    OutboxEntry,
)
# Returns the change in the number of learners at each XP, which the next statement applies to the buckets.
_ADD = _statement(
    f"""
    WITH given AS (
        SELECT g.*, {_ON_BOARDS} AS on_boards
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
    """,  # noqa: S608 - the condition is a constant
    now=MOMENT,
    boards=ARRAY(ID),
    users=ARRAY(ID),
    xp=ARRAY(BigInteger()),
    moments=ARRAY(MOMENT),
    gains=ARRAY(BigInteger()),
)
_MOVE = _statement(
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
        bindparam("now", type_=MOMENT),
    ),
    BoardVersion,
)
_SET_ON_BOARDS = _statement(
    "UPDATE users SET on_boards = :visible WHERE id = :user_id RETURNING id", visible=Boolean(), user_id=ID
)
_SET_VISIBLE = _statement(
    f"""
    UPDATE leaderboard_entries e SET visible = {_ON_BOARDS} FROM users u
    WHERE e.user_id = :user_id AND u.id = e.user_id AND e.visible <> {_ON_BOARDS}
    RETURNING e.board, e.xp, CASE WHEN e.xp <= 0 THEN 0 WHEN e.visible THEN 1 ELSE -1 END
    """,  # noqa: S608 - the condition is a constant
    user_id=ID,
    now=MOMENT,
)
_LAPSED = _statement(
    """
    SELECT id FROM users u WHERE suspended_at IS NOT NULL AND suspended_until <= :now AND on_boards
    AND EXISTS (SELECT FROM leaderboard_entries e WHERE e.user_id = u.id AND NOT e.visible) ORDER BY id LIMIT 100
    """,
    now=MOMENT,
)
_CLEAR = _statement(
    "WITH cleared AS (DELETE FROM leaderboard_buckets WHERE board = :board) "
    "DELETE FROM leaderboard_entries WHERE board = :board",
    board=ID,
)
_REFILL = _statement(
    f"""
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
        sum(l.amount) FILTER (WHERE l.moment = l.reached_at), {_ON_BOARDS}
    FROM latest l JOIN users u ON u.id = l.user_id GROUP BY l.user_id, l.reached_at, u.id
    """,  # noqa: S608 - the condition is a constant
    now=MOMENT,
    board=ID,
    opens_at=MOMENT,
    closes_at=MOMENT,
    written_before=ID,
)
_RECOUNT = _statement(
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
    """).bindparams(bindparam("board", type_=ID), bindparam("now", type_=MOMENT)),
    BoardVersion,
)


class SqlProjection:
    """Writes the tables of the boards."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def claim(self) -> bool:
        """Take the lock until the commit; return False if another projector has it."""
        return bool(await self._connection.value(_CLAIM, lock=_LOCK))

    async def take(self, limit: int) -> list[OutboxEntry]:
        """Remove up to `limit` entries from the outbox and return them."""
        return await self._connection.all(_TAKE, size=limit)

    async def add(self, sums: list[XpSum], *, now: datetime) -> list[BoardVersion]:
        """Add the sums in three statements: entries, buckets, versions."""
        moves = await self._connection.rows(
            _ADD,
            boards=[each.board for each in sums],
            users=[each.user_id for each in sums],
            xp=[each.xp for each in sums],
            moments=[each.reached_at for each in sums],
            gains=[each.last_gain for each in sums],
            now=now,
        )
        return await self._move({each.board for each in sums}, moves, now)

    async def rebuild(self, board: Board, *, written_before: str | None, now: datetime) -> BoardVersion:
        """Empty the board and fill it from the ledger; readers see the old board until the commit."""
        await self._connection.value(_SET_TIMEOUT, timeout=_REBUILD_TIMEOUT)
        await self._connection.value(_WAIT, lock=_LOCK)
        await self._connection.run(_CLEAR, board=board.key)
        span = {"opens_at": board.opens_at, "closes_at": board.closes_at, "written_before": written_before}
        await self._connection.run(_REFILL, board=board.key, now=now, **span)
        await self._connection.run(_RECOUNT, board=board.key)
        renewed = await self._connection.first(_RENEW, board=board.key, now=now)
        assert renewed is not None  # noqa: S101 - INSERT ... RETURNING of one row
        return renewed

    async def set_on_boards(self, user_id: UserId, *, on_boards: bool, now: datetime) -> list[BoardVersion]:
        """Store the choice with the user, then show or hide their entries; raises NotFoundError."""
        await self._connection.value(_WAIT, lock=_LOCK)
        if await self._connection.value(_SET_ON_BOARDS, user_id=user_id, visible=on_boards) is None:
            raise NotFoundError("There is no such user.")
        return await self.refresh(user_id, now=now)

    async def lock(self) -> None:
        """Take the lock until the commit."""
        await self._connection.value(_WAIT, lock=_LOCK)

    async def lapsed(self, *, now: datetime) -> list[UserId]:
        """Return users who are hidden though their suspension has ended."""
        return [row[0] for row in await self._connection.rows(_LAPSED, now=now)]

    async def refresh(self, user_id: UserId, *, now: datetime) -> list[BoardVersion]:
        """Show or hide the user's entries."""
        moves = await self._connection.rows(_SET_VISIBLE, user_id=user_id, now=now)
        return await self._move({move[0] for move in moves}, [m for m in moves if m[2]], now) if moves else []

    async def _move(
        self, changed: Iterable[str], moves: list[asyncpg.Record], now: datetime
    ) -> list[BoardVersion]:
        """Move learners between buckets, and give every changed board a new version."""
        if moves:
            boards, xp, changes = zip(*moves, strict=True)
            await self._connection.run(_MOVE, boards=boards, xp=xp, changes=changes)
        learners = dict.fromkeys(sorted(changed), 0)
        for board, _, change in moves:
            learners[board] += change
        return await self._connection.all(
            _BUMP, boards=list(learners), changes=list(learners.values()), now=now
        )
