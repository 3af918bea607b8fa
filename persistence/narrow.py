"""Narrow statements: a SELECT of which only the columns that are read are fetched."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Select

from domain.rows import Columns, Row
from persistence.base import Statement
from persistence.engine import Connection

MOST_STATEMENTS = 256
"""How many sets of columns are kept for one SELECT; the set that was not used for longest goes first."""


class Narrow:
    """One SELECT by some of its `columns`; every row begins with `key`, which tells whose it is."""

    def __init__(
        self, rows: Select[Any], *, key: ColumnElement[Any], columns: Sequence[ColumnElement[Any]]
    ) -> None:
        self._rows = rows
        self._key = key
        self._columns = {column.key: column for column in columns}
        self._of = lru_cache(maxsize=MOST_STATEMENTS)(self._statement)

    async def read(self, connection: Connection, columns: Columns, **values: Any) -> list[Row]:
        """Return the rows with these columns after the key.

        `values` are the parameters of the whole SELECT; one that only other columns take is left out.
        """
        statement = self._of(columns)
        rows: Any = await connection.rows(statement, **statement.taken(values))
        return cast("list[Row]", rows)

    def _statement(self, columns: Columns) -> Statement[Any]:
        chosen = [self._key, *(self._columns[name] for name in columns)]
        return Statement(self._rows.with_only_columns(*chosen, maintain_column_froms=True))
