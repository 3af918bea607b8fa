"""Batches: an edge of the graph, loaded for many parents in one statement."""

from collections.abc import Callable, Collection, Coroutine
from dataclasses import fields
from enum import Enum
from typing import Any

Load = Callable[..., Coroutine[Any, Any, list[Any]]]


class Rows(Enum):
    """Whose rows the statement behind a batch returns; the predicate is part of its SQL."""

    PUBLIC = "every row is public"
    VIEWER = "only rows of the viewer"
    VISIBLE = "public rows, and the viewer's own"


class Narrow:
    """A batch's second way: rows of the named columns alone, in place of whole objects.

    `load(context, keys, columns)` returns what the batch returns, with a row in place of each object: the column
    `key`, by which the batch finds it, then `columns`, each as it is stored (an enum by its value).
    """

    __slots__ = ("columns", "key", "load")

    def __init__(self, load: Load, key: str, columns: frozenset[str]) -> None:
        self.load = load
        self.key = key
        self.columns = columns


class Batch:
    """A function of keys with its row rule; returns one slot per key, in key order."""

    __slots__ = ("load", "name", "narrow", "rows")

    def __init__(self, load: Load, rows: Rows) -> None:
        self.load = load
        self.name: str = load.__name__
        self.rows = rows
        self.narrow: Narrow | None = None

    def narrowed(
        self, entity: type[Any], *, key: str = "id", without: Collection[str] = ()
    ) -> Callable[[Load], Load]:
        """Declare how the batch loads single columns of its entity; those `without` need the whole object."""
        columns = frozenset(field.name for field in fields(entity)) - frozenset(without)

        def declare(load: Load) -> Load:
            self.narrow = Narrow(load, key, columns)
            return load

        return declare

    def __repr__(self) -> str:
        return f"<batch {self.name}: {self.rows.value}>"


def batch(rows: Rows) -> Callable[[Load], Batch]:
    """Declare `async def edge(context, keys, *, arguments...)` as a batch under the row rule `rows`."""
    return lambda load: Batch(load, rows)
