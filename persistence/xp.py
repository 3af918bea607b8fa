"""The XP ledger in Postgres."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    text,
)

from domain.ids import UserId
from domain.paging import Page, Window
from domain.xp import Discrepancy, XpEntry, XpReason, XpStatus
from persistence.base import ID, Statement, columns_for, grouped, id_column, metadata
from persistence.engine import Connection
from persistence.paging import Pages
from persistence.user_tables import users

xp_entries = Table(
    "xp_entries",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source_type", Text, nullable=False),
    Column("source_id", Text(collation="C"), nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("explanation", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("local_date", Date, nullable=False),
    Column("status", Text, nullable=False),
    Column("reverses_id", ID, ForeignKey("xp_entries.id")),
    UniqueConstraint("user_id", "reason", "source_type", "source_id"),
    CheckConstraint("status IN ('PENDING', 'SETTLED', 'REVERSED')", name="status"),
    Index(None, "user_id", "id"),
    Index(None, "user_id", "local_date"),
    Index("xp_entries_reverses_id_idx", "reverses_id", postgresql_where=text("reverses_id IS NOT NULL")),
)
xp_outbox = Table(
    "xp_outbox",
    metadata,
    id_column("entry_id"),
    Column("user_id", ID, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
)
"""Settled amounts that the leaderboards have not taken up yet; whoever takes one deletes it.

A queue of copies: its learners are not checked again, and an amount of a deleted one is dropped when it is taken.
"""


def level_sql(xp: str) -> str:
    """Write `domain.levels.level_of` as SQL over the integer expression `xp`.

    The 20 decimals make the root exact enough for every 64-bit total: the irrational root nearest to an
    integer k is 1/(2k) away from it, and k stays below 10**11.
    """
    return f"(div(50 + floor(sqrt((2500 + 200 * ({xp})::numeric)::numeric(60, 20))), 100))::int"


_positional: Callable[..., XpEntry] = XpEntry


_REASONS = {reason.value: reason for reason in XpReason}
_STATUSES = {status.value: status for status in XpStatus}


def _entry(*columns: Any) -> XpEntry:
    id_, user_id, amount, reason, *plain, status, reverses_id = columns
    return _positional(id_, user_id, amount, _REASONS[reason], *plain, _STATUSES[status], reverses_id)


_KINDS = {
    "amount": "int[]",
    "rule_version": "int[]",
    "occurred_at": "timestamptz[]",
    "local_date": "date[]",
}
_NAMES = [f.name for f in fields(XpEntry)]
_COLUMNS = ", ".join(_NAMES)
_ENTRIES = ", ".join(f"entries.{name}" for name in _NAMES)
_GIVEN = ", ".join(f"CAST(:xp_{name} AS {_KINDS.get(name, 'text[]')})" for name in _NAMES)


def adding(source: str, *, learners: str) -> str:
    """Write the CTEs that add entries and let all follow: totals, levels, revisions and the outbox.

    `source` is a FROM clause around `{entries}`, `learners` the rows whose `user_id` names who gets a new revision.
    """
    return f"""added AS (
        INSERT INTO xp_entries ({_COLUMNS})
        SELECT {_ENTRIES} {source.format(entries=f"unnest({_GIVEN}) AS entries ({_COLUMNS})")}
        ON CONFLICT ON CONSTRAINT xp_entries_user_id_reason_source_type_source_id_key DO NOTHING
        RETURNING {_COLUMNS}
    ), sums AS (
        SELECT user_id, sum(amount) AS amount FROM (
            SELECT user_id, amount FROM added WHERE status = 'SETTLED' UNION ALL SELECT user_id, 0 FROM {learners}
        ) parts GROUP BY user_id
    ), raised AS (
        UPDATE users SET revision = users.revision + 1, xp_total = users.xp_total + sums.amount,
            level = greatest(users.level, {level_sql("users.xp_total + sums.amount")})
        FROM sums WHERE users.id = sums.user_id
    ), queued AS (
        INSERT INTO xp_outbox (entry_id, user_id, amount, occurred_at)
        SELECT id, user_id, amount, occurred_at FROM added WHERE status = 'SETTLED' AND amount <> 0
    )"""  # noqa: S608 - names of columns


_ADDING = adding("FROM {entries}", learners="(SELECT DISTINCT user_id FROM added) learners")
_ADD = Statement(text(f"WITH {_ADDING} SELECT {_COLUMNS} FROM added"), _entry)  # noqa: S608 - names of columns
_entry_columns = columns_for(XpEntry, xp_entries)
_BY_KEYS = Statement(
    text(f"""
    SELECT {", ".join(f"e.{name}" for name in _NAMES)}
    FROM unnest(CAST(:user_ids AS text[]), CAST(:reasons AS text[]), CAST(:source_types AS text[]),
                CAST(:source_ids AS text[])) AS asked (user_id, reason, source_type, source_id)
    JOIN xp_entries AS e USING (user_id, reason, source_type, source_id)
    """),  # noqa: S608 - names of columns
    _entry,
)
_NEWEST_FIRST = Pages(
    select(*_entry_columns).where(xp_entries.c.user_id == bindparam("user_id")),
    order=[xp_entries.c.id],
    descending=True,
    make=_entry,
    key_of=lambda entry: (entry.id,),
)
_BY_SOURCES = Statement(
    select(*_entry_columns)
    .where(xp_entries.c.user_id == bindparam("viewer_id"))
    .where(xp_entries.c.source_type == bindparam("source_type"))
    .where(xp_entries.c.source_id == any_(bindparam("source_ids", type_=ARRAY(ID))))
    .order_by(xp_entries.c.id),
    _entry,
)
_settled = func.coalesce(
    func.sum(xp_entries.c.amount).filter(xp_entries.c.status == literal_column("'SETTLED'")), 0
)
_DISCREPANCIES = Statement(
    select(users.c.id, users.c.xp_total, _settled)
    .select_from(users.outerjoin(xp_entries, xp_entries.c.user_id == users.c.id))
    .group_by(users.c.id)
    .having(_settled != users.c.xp_total)
    .order_by(users.c.id),
    Discrepancy,
)


class SqlXp:
    """The ledger in the table `xp_entries`, totals and levels in `users`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, entries: Sequence[XpEntry]) -> list[XpEntry]:
        """Insert what is new, raise the totals, feed the outbox: one statement, a second one for repeats.

        Entries go in by key, so that two transactions with the same awards wait for each other in one order.
        """
        ordered = sorted(entries, key=_key)
        added = await self._connection.all(_ADD, **arguments(ordered))
        self._connection.counting().award(added)
        stored = {_key(entry): entry for entry in added}
        missing = [_key(entry) for entry in ordered if _key(entry) not in stored]
        if missing:
            users_, reasons, types, sources = zip(*missing, strict=True)
            earlier = await self._connection.all(
                _BY_KEYS, user_ids=users_, reasons=reasons, source_types=types, source_ids=sources
            )
            stored |= {_key(entry): entry for entry in earlier}
        return [stored[_key(entry)] for entry in entries]

    async def page(self, user_id: UserId, window: Window) -> Page[XpEntry]:
        """Return a learner's entries, newest first."""
        return await _NEWEST_FIRST.read(self._connection, window, user_id=user_id)

    async def by_sources(
        self, source_type: str, source_ids: Sequence[str], *, viewer_id: UserId
    ) -> list[list[XpEntry]]:
        """Return the viewer's own entries of each source, one slot per id, oldest first."""
        found = await self._connection.all(
            _BY_SOURCES, source_type=source_type, source_ids=list(source_ids), viewer_id=viewer_id
        )
        return grouped(source_ids, found, lambda entry: entry.source_id)

    async def discrepancies(self) -> list[Discrepancy]:
        """Return every learner whose settled entries do not sum to their total, read in one statement."""
        return await self._connection.all(_DISCREPANCIES)


def arguments(entries: Sequence[XpEntry]) -> dict[str, list[Any]]:
    """Return what `adding` takes."""
    values = {f"xp_{name}": [getattr(entry, name) for entry in entries] for name in _NAMES}
    return values | {
        "xp_reason": [entry.reason.value for entry in entries],
        "xp_status": [entry.status.value for entry in entries],
    }


def _key(entry: XpEntry) -> tuple[str, str, str, str]:
    return entry.user_id, entry.reason.value, entry.source_type, entry.source_id
