"""Tables and statements: SQLAlchemy writes each statement once, as text with positional parameters."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic, TypeVar, overload

from sqlalchemy import Column, ColumnElement, MetaData, Text
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
"""Identifiers are kept as clients see them; byte order is time order."""


class Statement(Generic[T]):
    """One statement, compiled once; `make` builds an object from the values of a row, in column order."""

    __slots__ = ("_defaults", "_names", "make", "sql")

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

    def taken(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return those of the values that the statement has parameters for."""
        return {name: value for name, value in values.items() if name in self._defaults}

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        """Return the values in the order of the parameters; a name that the statement lacks is a KeyError."""
        if unknown := values.keys() - self._defaults.keys():
            raise KeyError(*unknown)
        return [values[name] if name in values else self._defaults[name] for name in self._names]


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
