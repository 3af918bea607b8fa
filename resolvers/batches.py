"""Batches: an edge of the graph, loaded for many parents in one statement."""

from collections.abc import Callable, Coroutine
from enum import Enum
from typing import Any


class Rows(Enum):
    """Whose rows the statement behind a batch returns; the predicate is part of its SQL."""

    PUBLIC = "every row is public"
    VIEWER = "only rows of the viewer"
    VISIBLE = "public rows, and the viewer's own"


class Batch:
    """A function of keys with its row rule; returns one slot per key, in key order."""

    __slots__ = ("load", "name", "rows")

    def __init__(self, load: Callable[..., Coroutine[Any, Any, list[Any]]], rows: Rows) -> None:
        self.load = load
        self.name: str = load.__name__
        self.rows = rows

    def __repr__(self) -> str:
        return f"<batch {self.name}: {self.rows.value}>"


def batch(rows: Rows) -> Callable[[Callable[..., Coroutine[Any, Any, list[Any]]]], Batch]:
    """Declare `async def edge(context, keys, *, arguments...)` as a batch under the row rule `rows`."""
    return lambda load: Batch(load, rows)
