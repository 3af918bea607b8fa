"""Column selection: SELECTs that fetch only the columns that an answer needs."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Select

from domain.rows import Columns, Row
from persistence.database import SqlConnection
from persistence.statements import Statement

MOST_STATEMENTS = 256
"""How many statements are cached for one SELECT, one per set of columns; the least recently used is dropped first."""


class ColumnSelection:
    """A SELECT of some of its `columns`; every row begins with `key`, by which it is assigned to its object."""

    def __init__(
        self, rows: Select[Any], *, key: ColumnElement[Any], columns: Sequence[ColumnElement[Any]]
    ) -> None:
        self._rows = rows
        self._key = key
        self._columns = {column.key: column for column in columns}
        self._cached = lru_cache(maxsize=MOST_STATEMENTS)(self._statement)

    async def read(self, connection: SqlConnection, columns: Columns, **values: Any) -> list[Row]:
        """Return the rows with these columns after the key.

        `values` are the parameters of the whole SELECT; those that only other columns use are left out.
        """
        statement = self._cached(columns)
        rows: Any = await connection.rows(statement, **statement.taken(values))
        return cast("list[Row]", rows)

    def _statement(self, columns: Columns) -> Statement[Any]:
        chosen = [self._key, *(self._columns[name] for name in columns)]
        return Statement(self._rows.with_only_columns(*chosen, maintain_column_froms=True))
