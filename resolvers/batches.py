"""Batches: an edge of the graph, loaded for many parents in one statement."""

from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import fields
from enum import Enum
from typing import Any, get_args, get_type_hints

Load = Callable[..., Coroutine[Any, Any, list[Any]]]
Promise = tuple[type[Any], bool]
"""What a column holds: values of exactly this built-in type, and whether null as well."""


class Rows(Enum):
    """Whose rows the statement behind a batch returns; the predicate is part of its SQL."""

    PUBLIC = "every row is public"
    VIEWER = "only rows of the viewer"
    VISIBLE = "public rows, and the viewer's own"


class Narrow:
    """A batch's second way: rows of the named columns alone, in place of whole objects.

    `load(context, keys, columns)` returns what the batch returns, with a row in place of each object: the column
    `key`, by which the batch finds it, then `columns`, each as it is stored (an enum by its value). Of the columns
    in `promises` nobody looks at the values any more; the others are checked one by one.
    """

    __slots__ = ("columns", "key", "load", "promises")

    def __init__(
        self, load: Load, key: str, columns: frozenset[str], promises: Mapping[str, Promise] | None = None
    ) -> None:
        self.load = load
        self.key = key
        self.columns = columns
        self.promises = promises or {}


class Batch:
    """A function of keys with its row rule; returns one slot per key, in key order."""

    __slots__ = ("load", "name", "narrow", "rows")

    def __init__(self, load: Load, rows: Rows) -> None:
        self.load = load
        self.name: str = load.__name__
        self.rows = rows
        self.narrow: Narrow | None = None

    def narrowed(
        self,
        entity: type[Any],
        *,
        key: str = "id",
        without: Collection[str] = (),
        unpromised: Collection[str] = (),
    ) -> Callable[[Load], Load]:
        """Declare how the batch loads single columns of its entity; those `without` need the whole object.

        The tables' types keep what the entity's annotations promise, but for the columns that are `unpromised`: a
        number that may be too large for an `Int`.
        """
        columns = frozenset(field.name for field in fields(entity)) - frozenset(without)
        promises = promises_of(entity, columns - frozenset(unpromised))

        def declare(load: Load) -> Load:
            self.narrow = Narrow(load, key, columns, promises)
            return load

        return declare

    def __repr__(self) -> str:
        return f"<batch {self.name}: {self.rows.value}>"


def batch(rows: Rows) -> Callable[[Load], Batch]:
    """Declare `async def edge(context, keys, *, arguments...)` as a batch under the row rule `rows`."""
    return lambda load: Batch(load, rows)


def promises_of(entity: type[Any], columns: Collection[str]) -> dict[str, Promise]:
    """Return what the annotations of an entity promise of its columns of text, truth and whole numbers."""
    found = {}
    for name, hint in get_type_hints(entity).items():
        options = get_args(hint) or (hint,)
        kinds = [getattr(option, "__supertype__", option) for option in options if option is not type(None)]
        if name in columns and len(kinds) == 1 and kinds[0] in _PROMISED:
            found[name] = kinds[0], type(None) in options
    return found


_PROMISED = (str, bool, int)
