"""Pages of a whole board: keyset on (xp desc, reached_at, user id), with exact ranks from the buckets."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Integer, bindparam, text

from domain.gamification.leaderboards import BoardKey, LeaderboardEntry
from domain.paging import Key, Page, Window, cut, expect
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LATEST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
NAME = "leaderboard"
KINDS = range(2**53), range(_LATEST + 1), str
"""What the values of a key may be: XP, the milliseconds since 1970 when it was reached, and the user's id."""

_AFTER = "AND xp <= :xp AND (xp < :xp OR (reached_at, user_id) > (:reached_at, :user_id))"
_BEFORE = "AND xp >= :xp AND (xp > :xp OR (reached_at, user_id) < (:reached_at, :user_id))"
_DOWN, _UP = "xp DESC, reached_at, user_id", "xp, reached_at DESC, user_id DESC"


def _statement(where: str, order: str) -> Statement[LeaderboardEntry]:
    written = text(f"""
    WITH page AS (
        SELECT user_id, xp, last_gain, reached_at FROM leaderboard_entries
        WHERE board = :board AND visible AND xp > 0 {where} ORDER BY {order} LIMIT :size
    ), highest AS (
        SELECT max(xp) AS xp, (
            SELECT coalesce(sum(b.learners), 0) FROM leaderboard_buckets b
            WHERE b.board = :board AND b.xp > (SELECT max(xp) FROM page)
        ) AS above FROM page
    )
    SELECT p.user_id, CAST(1 + h.above + (
        SELECT coalesce(sum(b.learners), 0) FROM leaderboard_buckets b
        WHERE b.board = :board AND b.xp > p.xp AND b.xp <= h.xp
    ) AS bigint), p.xp, p.last_gain, p.reached_at
    FROM page p, highest h ORDER BY {", ".join("p." + part for part in order.split(", "))}
    """)  # noqa: S608 - the parts are the constants above
    parameters: list[BindParameter[Any]] = [bindparam("board", type_=ID), bindparam("size", type_=Integer)]
    if where:
        parameters += [
            bindparam("xp", type_=BigInteger),
            bindparam("reached_at", type_=MOMENT),
            bindparam("user_id", type_=ID),
        ]
    return Statement(written.bindparams(*parameters), LeaderboardEntry)


_STATEMENTS = {
    (False, False): _statement("", _DOWN),
    (False, True): _statement(_AFTER, _DOWN),
    (True, False): _statement("", _UP),
    (True, True): _statement(_BEFORE, _UP),
}


async def read_ranking(connection: SqlConnection, board: BoardKey, window: Window) -> Page[LeaderboardEntry]:
    """Read one page; raises InvalidInputError for a cursor of another list."""
    key = expect(window, NAME, *KINDS)
    values = {} if key is None else _bounds(key)
    statement = _STATEMENTS[window.backward, key is not None]
    found = await connection.all(statement, board=board, size=window.size + 1, **values)
    return cut(found, window, key_of, NAME)


def key_of(entry: LeaderboardEntry) -> Key:
    """Return the sort key of an entry, as a cursor holds it."""
    return entry.xp, (entry.reached_at - _EPOCH) // _MILLISECOND, entry.user_id


def _bounds(key: Key) -> dict[str, object]:
    """Return a cursor's values as the statement takes them."""
    xp, milliseconds, user_id = key
    return {"xp": xp, "reached_at": _EPOCH + milliseconds * _MILLISECOND, "user_id": user_id}
