"""Audit log in Postgres: a trigger refuses every change except the removal of personal data."""

from collections.abc import Iterable
from itertools import combinations

from sqlalchemy import ARRAY, ColumnElement, Select, any_, bindparam, case, insert, or_, select, text, update

from domain.accounts.audit import AuditAction, AuditDetail, AuditEntry, AuditFilter, NewAuditEntry, bounds
from domain.ids import AuditEntryId, UserId
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, Statement, by_key, columns_for
from persistence.tables.accounts.audit import audit_entries


def _details(stored: dict[str, str | None]) -> list[AuditDetail]:
    return [AuditDetail(name=name, value=value) for name, value in stored.items()]


_entry = maker(AuditEntry, action=member_of(AuditAction), difference=_details)


def _pages(rows: Select[tuple[object, ...]]) -> Pages[AuditEntry]:
    return Pages(
        rows,
        order=[audit_entries.c.id],
        descending=True,
        make=_entry,
        key_of=lambda entry: (entry.id,),
        name="auditLog",
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
"""One statement for each set of conditions: with only the conditions in use, it can follow an index."""

_mine = audit_entries.c.actor_id == bindparam("user_id", type_=ID)
_own = select(
    *columns_for(
        AuditEntry,
        audit_entries,
        address=case((_mine, audit_entries.c.address)),
        session_id=case((_mine, audit_entries.c.session_id)),
    )
).where(or_(_mine, audit_entries.c.target == bindparam("user_id", type_=ID)))
_OWN = _pages(_own)
_OWN_BY_IDS = Statement(_own.where(audit_entries.c.id == any_(bindparam("ids", type_=ARRAY(ID)))), _entry)
_ADD = Statement(
    insert(audit_entries).values({name: bindparam(name) for name in NewAuditEntry.__slots__})  # type: ignore[attr-defined]
)
_NAMES = list(NewAuditEntry.__slots__)  # type: ignore[attr-defined]
_KINDS = {"difference": "jsonb[]", "happened_at": "timestamptz[]"}
_GIVEN = ", ".join(f"CAST(:{name} AS {_KINDS.get(name, 'text[]')})" for name in _NAMES)
_ADD_ALL = Statement(
    text(f"INSERT INTO audit_entries ({', '.join(_NAMES)}) SELECT * FROM unnest({_GIVEN})")  # noqa: S608 - names of columns
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

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, entry: NewAuditEntry) -> None:
        """Store an entry."""
        values = {name: getattr(entry, name) for name in NewAuditEntry.__slots__}  # type: ignore[attr-defined]
        await self._connection.run(_ADD, **values | {"action": entry.action.value})

    async def add_all(self, entries: list[NewAuditEntry]) -> None:
        """Store entries of one act, in one statement."""
        columns = {name: [getattr(entry, name) for entry in entries] for name in _NAMES}
        await self._connection.run(
            _ADD_ALL, **columns | {"action": [entry.action.value for entry in entries]}
        )

    async def page(self, asked: AuditFilter, window: Window) -> Page[AuditEntry]:
        """Return the entries that pass the filter, newest first; the times become bounds of the id."""
        action = None if asked.action is None else asked.action.value
        wanted = {"actor_id": asked.actor_id, "action": action, "target": asked.target}
        values = {name: value for name, value in wanted.items() if value is not None}
        lowest, highest = bounds(asked)
        pages = _PAGES[tuple(values)]
        return await pages.read(self._connection, window, lowest=lowest, highest=highest, **values)

    async def page_of(self, user_id: UserId, window: Window) -> Page[AuditEntry]:
        """Return the user's acts and the acts on the user, newest first."""
        return await _OWN.read(self._connection, window, user_id=user_id)

    async def by_ids_of(self, user_id: UserId, ids: list[AuditEntryId]) -> list[AuditEntry | None]:
        """Return one slot per id, in their order; only the user's acts and the acts on the user are filled."""
        found = await self._connection.all(_OWN_BY_IDS, ids=ids, user_id=user_id)
        return by_key(ids, found, lambda entry: entry.id)

    async def forget(self, user_id: UserId) -> None:
        """Remove personal data; changes of roles stay on record."""
        await self._connection.run(_FORGET_ADDRESSES, user_id=user_id)
        await self._connection.run(_FORGET_DIFFERENCES, user_id=user_id)
