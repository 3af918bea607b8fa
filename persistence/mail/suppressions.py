"""Suppressions in Postgres."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, any_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from domain.ids import SuppressionId
from domain.mail.suppressions import NewSuppression, Suppression, SuppressionFilter, SuppressionReason
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, Statement, by_key, columns_for
from persistence.tables.mail.suppressions import suppressions

_suppression = maker(Suppression, reason=member_of(SuppressionReason))
_COLUMNS = columns_for(Suppression, suppressions)
_ADD = Statement(
    insert(suppressions)
    .values({column.name: bindparam(column.name) for column in suppressions.c})
    .on_conflict_do_nothing(index_elements=["address_digest", "reason"])
    .returning(suppressions.c.id)
)
_is_of_address = suppressions.c.address_digest == any_(bindparam("digests", type_=ARRAY(ID)))
_OF_ADDRESS = Statement(select(*_COLUMNS).where(_is_of_address).order_by(suppressions.c.id), _suppression)
_BY_IDS = Statement(
    select(*_COLUMNS).where(suppressions.c.id == any_(bindparam("ids", type_=ARRAY(ID)))), _suppression
)
_REMOVE = Statement(
    delete(suppressions).where(suppressions.c.id == bindparam("suppression_id")).returning(*_COLUMNS),
    _suppression,
)
_REMOVE_OF = Statement(
    delete(suppressions)
    .where(_is_of_address, suppressions.c.reason == any_(bindparam("reasons", type_=ARRAY(ID))))
    .returning(*_COLUMNS),
    _suppression,
)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "reason": suppressions.c.reason == bindparam("reason"),
    "digests": _is_of_address,
}
_PAGES = {
    names: Pages(
        select(*_COLUMNS).where(*(_CONDITIONS[name] for name in names)),
        order=[suppressions.c.id],
        descending=True,
        make=_suppression,
        key_of=lambda each: (each.id,),
        name="suppressions",
    )
    for length in range(len(_CONDITIONS) + 1)
    for names in combinations(_CONDITIONS, length)
}
"""One statement for each set of conditions: with only the conditions in use, it can follow an index."""


class SqlSuppressions:
    """Suppressions in the table `suppressions`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, new: NewSuppression) -> bool:
        """Store a suppression; False if the address has one for this reason."""
        values = {
            "id": new.id,
            "address_digest": new.address_digest,
            "reason": new.reason.value,
            "since": new.since,
            "note": new.note,
        }
        return await self._connection.value(_ADD, **values) is not None

    async def of_address(self, digests: Sequence[str]) -> list[Suppression]:
        """Return the suppressions of the address with any of these digests, oldest first."""
        return await self._connection.all(_OF_ADDRESS, digests=list(digests))

    async def page(self, asked: SuppressionFilter, window: Window) -> Page[Suppression]:
        """Return a page of suppressions, newest first."""
        given: dict[str, Any] = {
            "reason": None if asked.reason is None else asked.reason.value,
            "digests": None if asked.digests is None else list(asked.digests),
        }
        values = {name: value for name, value in given.items() if value is not None}
        return await _PAGES[tuple(values)].read(self._connection, window, **values)

    async def by_ids(self, ids: list[SuppressionId]) -> list[Suppression | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=ids)
        return by_key(ids, found, lambda each: each.id)

    async def remove(self, suppression_id: SuppressionId) -> Suppression | None:
        """Remove a suppression and return it; None if there is none."""
        return await self._connection.first(_REMOVE, suppression_id=suppression_id)

    async def remove_of(
        self, digests: Sequence[str], reasons: frozenset[SuppressionReason]
    ) -> list[Suppression]:
        """Remove the suppressions of an address for any of these reasons, and return them."""
        values = sorted(reason.value for reason in reasons)
        return await self._connection.all(_REMOVE_OF, digests=list(digests), reasons=values)
