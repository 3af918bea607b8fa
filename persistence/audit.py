"""The audit log in Postgres: a trigger refuses every change but the one that forgets personal data."""

from collections.abc import Iterable
from itertools import combinations

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Index,
    Select,
    Table,
    Text,
    bindparam,
    case,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.audit import (
    AuditAction,
    AuditDetail,
    AuditEntry,
    AuditFilter,
    NewAuditEntry,
    bounds,
)
from domain.ids import UserId
from domain.paging import Page, Window
from persistence.base import ID, Statement, columns_for, id_column, metadata
from persistence.engine import Connection
from persistence.paging import Pages
from persistence.rows import maker, member_of

audit_entries = Table(
    "audit_entries",
    metadata,
    id_column(),
    Column("actor_id", ID),  # no foreign keys: the log outlives what it tells of
    Column("action", Text, nullable=False),
    Column("target", Text(collation="C"), nullable=False),
    Column("difference", JSONB, nullable=False, server_default=text("'{}'")),
    Column("address", Text),
    Column("session_id", ID),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Index("audit_entries_actor_id_id_idx", "actor_id", "id"),
    Index("audit_entries_target_id_idx", "target", "id"),
    Index("audit_entries_action_id_idx", "action", "id"),
)


def _details(stored: dict[str, str | None]) -> list[AuditDetail]:
    return [AuditDetail(name=name, value=value) for name, value in stored.items()]


def _pages(rows: Select[tuple[object, ...]]) -> Pages[AuditEntry]:
    return Pages(
        rows,
        order=[audit_entries.c.id],
        descending=True,
        make=maker(AuditEntry, action=member_of(AuditAction), difference=_details),
        key_of=lambda entry: (entry.id,),
    )


_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "actor_id": audit_entries.c.actor_id == bindparam("actor_id"),
    "action": audit_entries.c.action == bindparam("action"),
    "target": audit_entries.c.target == bindparam("target"),
}
_columns = columns_for(AuditEntry, audit_entries)
_within = (
    select(*_columns)
    .where(audit_entries.c.id >= bindparam("lowest"))
    .where(audit_entries.c.id < bindparam("highest"))
)


def _filtered(names: Iterable[str]) -> Pages[AuditEntry]:
    return _pages(_within.where(*(_CONDITIONS[name] for name in names)))


_PAGES = {
    names: _filtered(names)
    for length in range(len(_CONDITIONS) + 1)
    for names in combinations(_CONDITIONS, length)
}
"""One list for each set of conditions: a statement that holds only what is asked for has an index to follow."""

_mine = audit_entries.c.actor_id == bindparam("user_id", type_=ID)
_OWN = _pages(
    select(
        *columns_for(
            AuditEntry,
            audit_entries,
            address=case((_mine, audit_entries.c.address)),
            session_id=case((_mine, audit_entries.c.session_id)),
        )
    ).where(or_(_mine, audit_entries.c.target == bindparam("user_id", type_=ID)))
)
_ADD = Statement(
    insert(audit_entries).values({name: bindparam(name) for name in NewAuditEntry.__slots__})  # type: ignore[attr-defined]
)
_FORGET_ADDRESSES = Statement(
    update(audit_entries)
    .where(audit_entries.c.actor_id == bindparam("user_id"))
    .where(audit_entries.c.address.is_not(None))
    .values(address=None)
)
_FORGET_DIFFERENCES = Statement(
    update(audit_entries)
    .where(audit_entries.c.target == bindparam("user_id"))
    .where(audit_entries.c.action != AuditAction.ROLES_SET.value)
    .where(audit_entries.c.difference != text("'{}'::jsonb"))
    .values(difference=text("'{}'::jsonb"))
)


class SqlAudit:
    """The log in the table `audit_entries`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, entry: NewAuditEntry) -> None:
        """Store an entry."""
        values = {name: getattr(entry, name) for name in NewAuditEntry.__slots__}  # type: ignore[attr-defined]
        await self._connection.run(_ADD, **values | {"action": entry.action.value})

    async def page(self, asked: AuditFilter, window: Window) -> Page[AuditEntry]:
        """Return the entries that pass the filter, newest first; the times become bounds of the id."""
        action = None if asked.action is None else asked.action.value
        wanted = {"actor_id": asked.actor_id, "action": action, "target": asked.target}
        values = {name: value for name, value in wanted.items() if value is not None}
        lowest, highest = bounds(asked)
        pages = _PAGES[tuple(values)]
        return await pages.read(self._connection, window, lowest=lowest, highest=highest, **values)

    async def page_of(self, user_id: UserId, window: Window) -> Page[AuditEntry]:
        """Return what the user did and what was done to them, newest first."""
        return await _OWN.read(self._connection, window, user_id=user_id)

    async def forget(self, user_id: UserId) -> None:
        """Forget what the log tells of the person; roles that were given or taken stay on record."""
        await self._connection.run(_FORGET_ADDRESSES, user_id=user_id)
        await self._connection.run(_FORGET_DIFFERENCES, user_id=user_id)
