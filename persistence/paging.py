"""Keyset paging: four statements from one SELECT, so that page 1 000 costs as much as page 1."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    SmallInteger,
    bindparam,
    func,
    select,
    true,
    tuple_,
)

from domain.paging import Key, Kind, Page, Window, cut, expect
from persistence.database import SqlConnection
from persistence.statements import ID, Statement

T = TypeVar("T")


class Pages(Generic[T]):
    """A list ordered by `order` columns, all ascending or all descending; the last one is unique.

    The columns hold text or integers, and `key_of` returns the same values of an item. An id orders by time. `name` is
    in the cursors: lists of one name may use each other's.
    """

    def __init__(
        self,
        rows: Select[Any],
        *,
        order: Sequence[ColumnElement[Any]],
        make: Callable[..., T],
        key_of: Callable[[T], Key],
        name: str,
        descending: bool = False,
    ) -> None:
        self._key_of = key_of
        self._name = name
        self._kinds = [_kind(column) for column in order]
        self._names = [f"after_{n}" for n in range(len(order))]
        self._statements = {
            (backward, keyed): Statement(_page(rows, order, descending != backward, keyed), make)
            for backward in (False, True)
            for keyed in (False, True)
        }

    async def read(self, connection: SqlConnection, window: Window, **values: Any) -> Page[T]:
        """Read one page; `values` are the other parameters of the SELECT."""
        key = expect(window, self._name, *self._kinds)
        if key is not None:
            values.update(zip(self._names, key, strict=True))
        statement = self._statements[window.backward, key is not None]
        found = await connection.all(statement, page_size=window.size + 1, **values)
        return cut(found, window, self._key_of, self._name)


class PagesPerKey(Generic[T]):
    """Pages of many parents in one statement: a lateral join with a limit for each key.

    `rows` selects the children of the one parent whose key is `key` (use `parent_key` in its WHERE).
    """

    def __init__(
        self,
        rows: Select[Any],
        *,
        order: Sequence[ColumnElement[Any]],
        make: Callable[..., T],
        key_of: Callable[[T], Key],
        name: str,
        descending: bool = False,
    ) -> None:
        self._key_of = key_of
        self._name = name
        self._make = make
        self._kinds = [_kind(column) for column in order]
        self._names = [f"after_{n}" for n in range(len(order))]
        self._statements: dict[tuple[bool, bool], Statement[Any]] = {}
        for backward in (False, True):
            for keyed in (False, True):
                page = _page(rows, order, descending != backward, keyed).lateral("page")
                whole = select(parents.c.position, *page.c).select_from(parents.join(page, true()))
                self._statements[backward, keyed] = Statement(whole.order_by(parents.c.position))

    async def read(
        self, connection: SqlConnection, keys: Sequence[str], window: Window, **values: Any
    ) -> list[Page[T]]:
        """Read one page per key, in key order."""
        key = expect(window, self._name, *self._kinds)
        if key is not None:
            values.update(zip(self._names, key, strict=True))
        statement = self._statements[window.backward, key is not None]
        items_of: list[list[T]] = [[] for _ in keys]
        for row in await connection.rows(statement, keys=list(keys), page_size=window.size + 1, **values):
            position, *columns = row
            items_of[position - 1].append(self._make(*columns))
        return [cut(items, window, self._key_of, self._name) for items in items_of]


parents = (
    func.unnest(bindparam("keys", type_=ARRAY(ID)))
    .table_valued("key", with_ordinality="position", name="parents")
    .render_derived()
)
parent_key = parents.c.key
"""The key of the parent, for the WHERE of a `PagesPerKey`."""


def _kind(column: ColumnElement[Any]) -> Kind:
    """Return what a column may hold."""
    if column.type.python_type is str:
        return str
    bits = 16 if isinstance(column.type, SmallInteger) else 64 if isinstance(column.type, BigInteger) else 32
    return range(-(2 ** (bits - 1)), 2 ** (bits - 1))


def _page(
    rows: Select[Any], order: Sequence[ColumnElement[Any]], descending: bool, keyed: bool
) -> Select[Any]:
    page = rows.order_by(*(c.desc() if descending else c.asc() for c in order))
    if keyed:
        bound = tuple_(*(bindparam(f"after_{n}", type_=c.type) for n, c in enumerate(order)))
        page = page.where(tuple_(*order) < bound if descending else tuple_(*order) > bound)
    return page.limit(bindparam("page_size", type_=Integer))
