"""XP ledger in Postgres, with the totals and levels of users."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, Integer, any_, bindparam, literal_column, select, text

from domain.gamification.levels import XP_STEP
from domain.gamification.xp import Discrepancy, GoalXp, PendingXp, XpEntry, XpReason, XpStatus, pending_of
from domain.ids import AttemptId, UserId, XpEntryId
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.gamification import earned_xp, entry_sources
from persistence.gamification.entry_sources import entry_columns, entry_of
from persistence.gamification.xp_events import AWARDED, CHECKED, REACHED
from persistence.paging import Pages
from persistence.statements import ID, MOMENT, Statement, by_key, grouped
from persistence.tables.accounts.users import users
from persistence.tables.gamification.xp import xp_entries


def level_sql(xp: str) -> str:
    """Return `domain.gamification.levels.level_of` as SQL over the integer expression `xp`.

    20 decimals make the root exact enough for every 64-bit total: the irrational root nearest to an integer k is
    1/(2k) away from it, and k stays below 10**11.
    """
    root = f"sqrt(({XP_STEP * XP_STEP} + {4 * XP_STEP} * ({xp})::numeric)::numeric(60, 20))"
    return f"(div({XP_STEP} + floor({root}), {2 * XP_STEP}))::int"


_KINDS = {"amount": "int[]", "rule_version": "int[]", "occurred_at": "timestamptz[]", "local_date": "date[]"}
_NAMES = [f.name for f in fields(XpEntry)]
_COLUMNS = ", ".join(_NAMES)
_ENTRIES = ", ".join(f"entries.{name}" for name in _NAMES)
_GIVEN = ", ".join(f"CAST(:xp_{name} AS {_KINDS.get(name, 'text[]')})" for name in _NAMES)


def adding(source: str, *, learners: str) -> str:
    """Return the CTEs that add entries, update totals, levels, revisions and the outbox, and note webhook events.

    `source` is a FROM clause around `{entries}`; `learners` are rows with the `user_id` of each user who gets a new
    revision.
    """
    inserted = f"""
        INSERT INTO xp_entries ({_COLUMNS})
        SELECT {_ENTRIES} {source.format(entries=f"unnest({_GIVEN}) AS entries ({_COLUMNS})")}
        ON CONFLICT ON CONSTRAINT xp_entries_user_id_reason_source_type_source_id_key DO NOTHING
        RETURNING {_COLUMNS}
    """
    return _counting(inserted, learners=learners)


def _counting(changed: str, *, learners: str) -> str:
    """Return the CTEs that make the settled entries count that a statement returns."""
    return f"""added AS ({changed}), sums AS (
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
    ), awarded AS ({AWARDED}), reached AS ({REACHED}), checked AS ({CHECKED})"""  # noqa: S608 - names of columns


_ADDING = adding("FROM {entries}", learners="(SELECT DISTINCT user_id FROM added) learners")
_ADD = Statement(text(f"WITH {_ADDING} SELECT {_COLUMNS} FROM added"), entry_of)  # noqa: S608 - names of columns
_DECIDED = _counting(
    f"""
        UPDATE xp_entries SET status = :status WHERE id = ANY (:ids) AND status = 'PENDING' RETURNING {_COLUMNS}
    """,  # noqa: S608 - names of columns
    learners="(SELECT DISTINCT user_id FROM added) learners",
)
_DECIDE = Statement(
    text(f"WITH {_DECIDED} SELECT {_COLUMNS} FROM added").bindparams(  # noqa: S608 - names of columns
        bindparam("status", type_=ID), bindparam("ids", type_=ARRAY(ID))
    ),
    entry_of,
)
_DUE = Statement(
    text(f"""
    SELECT {_COLUMNS} FROM xp_entries e WHERE status = 'PENDING' AND occurred_at <= :before AND NOT EXISTS (
        SELECT FROM xp_entries f WHERE f.user_id = e.user_id AND f.occurred_at > :before
        AND (f.status <> 'SETTLED' OR f.reverses_id IS NOT NULL)
    ) ORDER BY id LIMIT :most
    """).bindparams(  # noqa: S608 - names of columns
        bindparam("before", type_=MOMENT), bindparam("most", type_=Integer)
    ),
    entry_of,
)
_BY_KEYS = Statement(
    text(f"""
    SELECT {", ".join(f"e.{name}" for name in _NAMES)}
    FROM unnest(CAST(:user_ids AS text[]), CAST(:reasons AS text[]), CAST(:source_types AS text[]),
                CAST(:source_ids AS text[])) AS asked (user_id, reason, source_type, source_id)
    JOIN xp_entries AS e USING (user_id, reason, source_type, source_id)
    """),  # noqa: S608 - names of columns
    entry_of,
)
_NEWEST_FIRST = Pages(
    select(*entry_columns).where(xp_entries.c.user_id == bindparam("user_id")),
    order=[xp_entries.c.id],
    descending=True,
    make=entry_of,
    key_of=lambda entry: (entry.id,),
    name="xpEntries",
)
_BY_ID = Statement(select(*entry_columns).where(xp_entries.c.id == bindparam("entry_id")), entry_of)
_BY_IDS = Statement(
    select(*entry_columns)
    .where(xp_entries.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(xp_entries.c.user_id == bindparam("viewer_id")),
    entry_of,
)
_PENDING = Pages(
    select(*entry_columns).where(xp_entries.c.status == literal_column("'PENDING'")),
    order=[xp_entries.c.id],
    make=lambda *columns: pending_of(entry_of(*columns)),
    key_of=lambda pending: (pending.entry.id,),
    name="pendingXp",
)
_LOCK = Statement(
    select(users.c.id).where(users.c.id == bindparam("user_id")).with_for_update(key_share=True)
)


class SqlXp:
    """The ledger in the table `xp_entries`, totals and levels in `users`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, entries: Sequence[XpEntry]) -> list[XpEntry]:
        """Insert new entries, raise the totals and fill the outbox in one statement; repeats need a second one.

        Entries are inserted in key order, so that two transactions with the same awards do not deadlock.
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

    async def lock(self, user_id: UserId) -> None:
        """Lock the learner's row until the commit."""
        await self._connection.run(_LOCK, user_id=user_id)

    async def by_id(self, entry_id: XpEntryId) -> XpEntry | None:
        """Return an entry of any learner."""
        return await self._connection.first(_BY_ID, entry_id=entry_id)

    async def by_ids(self, ids: Sequence[XpEntryId], *, viewer_id: UserId) -> list[XpEntry | None]:
        """Return one slot per id, in their order; only the viewer's are filled."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id)
        return by_key(ids, found, lambda entry: entry.id)

    async def pending(self, window: Window) -> Page[PendingXp]:
        """Return the withheld entries of all learners, oldest first."""
        return await _PENDING.read(self._connection, window)

    async def due(self, *, before: datetime, limit: int) -> list[XpEntry]:
        """Return withheld entries without a further finding since `before`, oldest first."""
        return await self._connection.all(_DUE, before=before, most=limit)

    async def decide(self, ids: Sequence[XpEntryId], status: XpStatus) -> list[XpEntry]:
        """Settle or reverse the pending ones, raise the totals and fill the outbox, in one statement."""
        decided = await self._connection.all(_DECIDE, ids=list(ids), status=status.value)
        self._connection.counting().award(decided)
        return decided

    async def earned_on(self, user_id: UserId, reason: XpReason, local_date: date) -> int:
        """Return what the learner earned for a reason on a local date, pending XP included."""
        earned = await self._connection.value(
            earned_xp.EARNED_ON, user_id=user_id, reason=reason.value, local_date=local_date
        )
        return int(earned)

    async def goal_xp(
        self, user_id: UserId, *, local_date: date, about_id: str | None, since: datetime
    ) -> GoalXp:
        """Return what the XP of a goal depends on, in one statement."""
        (found,) = await self._connection.all(
            earned_xp.GOAL_XP, user_id=user_id, local_date=local_date, about_id=about_id, since=since
        )
        return found

    async def page(self, user_id: UserId, window: Window) -> Page[XpEntry]:
        """Return a learner's entries, newest first."""
        return await _NEWEST_FIRST.read(self._connection, window, user_id=user_id)

    async def of_attempts(self, ids: Sequence[AttemptId], *, viewer_id: UserId) -> list[list[XpEntry]]:
        """Return the viewer's own entries of each attempt and of its regrades, in one statement."""
        found = await self._connection.all(entry_sources.OF_ATTEMPTS, ids=list(ids), viewer_id=viewer_id)
        return grouped(ids, found, lambda entry: AttemptId(entry.source_id.partition("/")[0]))

    async def by_sources(self, source: str, ids: Sequence[str], *, viewer_id: UserId) -> list[list[XpEntry]]:
        """Return the viewer's own entries of each source, one slot per id, oldest first."""
        found = await self._connection.all(
            entry_sources.BY_SOURCES, source=source, ids=list(ids), viewer_id=viewer_id
        )
        return grouped(ids, found, lambda entry: entry.source_id)

    async def discrepancies(self) -> list[Discrepancy]:
        """Return every learner whose total differs from the sum of their settled entries, in one statement."""
        return await self._connection.all(earned_xp.DISCREPANCIES)


def arguments(entries: Sequence[XpEntry]) -> dict[str, list[Any]]:
    """Return the parameters of the CTEs that `adding` returns."""
    values = {f"xp_{name}": [getattr(entry, name) for entry in entries] for name in _NAMES}
    return values | {
        "xp_reason": [entry.reason.value for entry in entries],
        "xp_status": [entry.status.value for entry in entries],
    }


def _key(entry: XpEntry) -> tuple[str, str, str, str]:
    return entry.user_id, entry.reason.value, entry.source_type, entry.source_id
