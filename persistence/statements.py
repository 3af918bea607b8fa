"""Statements: SQLAlchemy compiles each statement once, to text with positional parameters."""

import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar, overload

from sqlalchemy import Column, ColumnElement, DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql.base import Executable

T = TypeVar("T")
K = TypeVar("K")

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

_dialect: Any = asyncpg.dialect()  # type: ignore[no-untyped-call]

ID = Text(collation="C")
"""Identifiers are stored as clients see them; their byte order is the order of time."""

MOMENT = DateTime(timezone=True)
"""Moments are stored as `timestamptz`."""


_WRITES = re.compile(
    r"\b(INSERT|UPDATE|DELETE|MERGE|LOCK|FOR SHARE|FOR KEY SHARE|\w*advisory\w*)\b", re.IGNORECASE
)
_READS = re.compile(r"\s*\(*\s*(SELECT|WITH|VALUES)\b", re.IGNORECASE)
_WORDS = re.compile(r"[a-z_]+")


class Statement(Generic[T]):
    """One statement, compiled once; `make` builds an object from the values of a row, in column order.

    `is_read` tells whether it changes and locks nothing, so that it may be run again.
    """

    __slots__ = ("_defaults", "_names", "_tables", "is_read", "make", "sql")

    @overload
    def __init__(self: "Statement[Any]", written: Executable) -> None: ...

    @overload
    def __init__(self, written: Executable, make: Callable[..., T]) -> None: ...

    def __init__(self, written: Executable, make: Callable[..., Any] = tuple) -> None:
        compiled: Any = written.compile(dialect=_dialect)  # type: ignore[attr-defined]
        self.sql: str = compiled.string
        self.make = make
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        self._defaults: dict[str, Any] = dict(compiled.params)
        self._tables: frozenset[str] | None = None
        self.is_read = _READS.match(self.sql) is not None and _WRITES.search(self.sql) is None

    @property
    def tables(self) -> frozenset[str]:
        """The tables that the statement names, and those that foreign keys of the ones that it changes refer to."""
        if self._tables is None:
            named = {metadata.tables[word] for word in _WORDS.findall(self.sql) if word in metadata.tables}
            keys = () if self.is_read else [key for table in named for key in table.foreign_keys]
            self._tables = frozenset(t.name for t in named) | {key.column.table.name for key in keys}
        return self._tables

    def taken(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values that the statement has parameters for."""
        return {name: value for name, value in values.items() if name in self._defaults}

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        """Return the values in the order of the parameters; raises KeyError for a name without a parameter."""
        if unknown := values.keys() - self._defaults.keys():
            raise KeyError(*unknown)
        return [values[name] if name in values else self._defaults[name] for name in self._names]


class Command(NamedTuple):
    """A command without parameters and rows, which touches no table by itself."""

    sql: str
    tables: frozenset[str] = frozenset()


def columns_for(entity: type[Any], source: Any, **special: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """Return the columns that build `entity`, in field order: `special[name]`, else `source.c[name]`."""
    return [special[f.name].label(f.name) if f.name in special else source.c[f.name] for f in fields(entity)]


FIRST: Callable[[Sequence[Any]], Any] = itemgetter(0)
"""Reads the first column of a row."""


def by_key(keys: Sequence[K], rows: Sequence[T], key_of: Callable[[T], K]) -> list[T | None]:
    """Return one slot per key, in key order; a key without a row gets None."""
    found = {key_of(row): row for row in rows}
    return [found.get(key) for key in keys]


def grouped(keys: Sequence[K], rows: Sequence[T], key_of: Callable[[T], K]) -> list[list[T]]:
    """Return one list per key, in key order, each with its rows in the order of the statement."""
    groups: dict[K, list[T]] = {key: [] for key in keys}
    for key, same in groupby(rows, key_of):  # mostly one run of rows for each key
        groups[key] += same
    return [groups[key] for key in keys]


def id_column(name: str = "id", **options: Any) -> Column[str]:
    """Return a primary-key column for identifiers."""
    return Column(name, ID, primary_key=True, **options)
