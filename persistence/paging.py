"""Keyset pages: four statements from one SELECT, so that page 1 000 costs what page 1 costs."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, bindparam, func, select, true, tuple_

from domain.paging import Key, Page, Window, cut, expect
from persistence.base import ID, Statement
from persistence.engine import Connection

T = TypeVar("T")


class Pages(Generic[T]):
    """A list ordered by `order` columns, all ascending or all descending; the last one is unique.

    The columns hold text or integers, and `key_of` reads the same values from an item. An id orders by time.
    """

    def __init__(
        self,
        rows: Select[Any],
        *,
        order: Sequence[ColumnElement[Any]],
        make: Callable[..., T],
        key_of: Callable[[T], Key],
        descending: bool = False,
    ) -> None:
        self._key_of = key_of
        self._kinds = [c.type.python_type for c in order]
        self._names = [f"after_{n}" for n in range(len(order))]
        self._statements = {
            (backward, keyed): Statement(_page(rows, order, descending != backward, keyed), make)
            for backward in (False, True)
            for keyed in (False, True)
        }

    async def read(self, connection: Connection, window: Window, **values: Any) -> Page[T]:
        """Read one page; `values` are the other parameters of the SELECT."""
        key = expect(window, *self._kinds, field="before" if window.backward else "after")
        if key is not None:
            values.update(zip(self._names, key, strict=True))
        statement = self._statements[window.backward, key is not None]
        return cut(await connection.all(statement, page_size=window.size + 1, **values), window, self._key_of)


class PagesPerKey(Generic[T]):
    """Pages of many parents in one statement: a lateral join per key, each with its own limit.

    `rows` selects the children of the one parent whose key is `key` (use `parent_key` in its WHERE).
    """

    def __init__(
        self,
        rows: Select[Any],
        *,
        order: Sequence[ColumnElement[Any]],
        make: Callable[..., T],
        key_of: Callable[[T], Key],
        descending: bool = False,
    ) -> None:
        self._key_of = key_of
        self._make = make
        self._kinds = [c.type.python_type for c in order]
        self._names = [f"after_{n}" for n in range(len(order))]
        self._statements: dict[tuple[bool, bool], Statement[Any]] = {}
        for backward in (False, True):
            for keyed in (False, True):
                page = _page(rows, order, descending != backward, keyed).lateral("page")
                whole = select(parents.c.position, *page.c).select_from(parents.join(page, true()))
                self._statements[backward, keyed] = Statement(whole.order_by(parents.c.position))

    async def read(
        self, connection: Connection, keys: Sequence[str], window: Window, **values: Any
    ) -> list[Page[T]]:
        """Read one page per key, in key order."""
        key = expect(window, *self._kinds, field="before" if window.backward else "after")
        if key is not None:
            values.update(zip(self._names, key, strict=True))
        statement = self._statements[window.backward, key is not None]
        found: list[list[T]] = [[] for _ in keys]
        for row in await connection.rows(statement, keys=list(keys), page_size=window.size + 1, **values):
            position, *columns = row
            found[position - 1].append(self._make(*columns))
        return [cut(items, window, self._key_of) for items in found]


parents = (
    func.unnest(bindparam("keys", type_=ARRAY(ID)))
    .table_valued("key", with_ordinality="position", name="parents")
    .render_derived()
)
parent_key = parents.c.key
"""Stands for the key of the parent at hand, in the WHERE of a `PagesPerKey`."""


def _page(
    rows: Select[Any], order: Sequence[ColumnElement[Any]], descending: bool, keyed: bool
) -> Select[Any]:
    page = rows.order_by(*(c.desc() if descending else c.asc() for c in order))
    if keyed:
        bound = tuple_(*(bindparam(f"after_{n}", type_=c.type) for n, c in enumerate(order)))
        page = page.where(tuple_(*order) < bound if descending else tuple_(*order) > bound)
    return page.limit(bindparam("page_size", type_=Integer))
