"""Batches: functions that load an edge of the graph for many parents in one statement."""

from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import fields
from enum import Enum
from typing import Any, get_args, get_type_hints

MOST_KEYS = 1_000
"""How many keys one call of a batch takes at most."""

Load = Callable[..., Coroutine[Any, Any, list[Any]]]
ColumnType = tuple[type[Any], bool]
"""What a column holds: values of exactly this built-in type, and whether null as well."""


class Rows(Enum):
    """Whose rows the statement behind a batch returns; the predicate is part of its SQL."""

    PUBLIC = "every row is public"
    VIEWER = "only rows of the viewer"
    VISIBLE = "public rows, and the viewer's own"


class NarrowRows:
    """How a batch loads rows of single columns in place of whole objects.

    `load(context, keys, columns)` returns what the batch returns, with a row in place of each object: the column
    `key`, by which the batch finds it, then `columns`, each as it is stored (an enum by its value). The values of
    `unchecked` columns are written to responses as they are; those of the others are checked one by one.
    """

    __slots__ = ("columns", "key", "load", "unchecked")

    def __init__(
        self, load: Load, key: str, columns: frozenset[str], unchecked: Mapping[str, ColumnType] | None = None
    ) -> None:
        self.load = load
        self.key = key
        self.columns = columns
        self.unchecked = unchecked or {}


class Batch:
    """A function of keys with its row rule; it returns one slot per key, in key order."""

    __slots__ = ("load", "name", "narrow", "rows")

    def __init__(self, load: Load, rows: Rows) -> None:
        self.load = load
        self.name: str = load.__name__
        self.rows = rows
        self.narrow: NarrowRows | None = None

    def narrowed(
        self,
        entity: type[Any],
        *,
        key: str = "id",
        without: Collection[str] = (),
        checked: Collection[str] = (),
    ) -> Callable[[Load], Load]:
        """Declare how the batch loads single columns of its entity; those `without` need the whole object.

        The tables enforce the types of the entity's annotations, so that values need no check, except those of
        `checked` columns: a number that may be too large for an `Int`.
        """
        columns = frozenset(field.name for field in fields(entity)) - frozenset(without)
        unchecked = column_types_of(entity, columns - frozenset(checked))

        def declare(load: Load) -> Load:
            self.narrow = NarrowRows(load, key, columns, unchecked)
            return load

        return declare

    def __repr__(self) -> str:
        return f"<batch {self.name}: {self.rows.value}>"


def batch(rows: Rows) -> Callable[[Load], Batch]:
    """Declare `async def edge(context, keys, *, arguments...)` as a batch under the row rule `rows`."""
    return lambda load: Batch(load, rows)


def column_types_of(entity: type[Any], columns: Collection[str]) -> dict[str, ColumnType]:
    """Return the types that the annotations of an entity give to its columns of text, truth and whole numbers."""
    found = {}
    for name, hint in get_type_hints(entity).items():
        options = get_args(hint) or (hint,)
        kinds = [getattr(option, "__supertype__", option) for option in options if option is not type(None)]
        if name in columns and len(kinds) == 1 and kinds[0] in _UNCHECKED_TYPES:
            found[name] = kinds[0], type(None) in options
    return found


_UNCHECKED_TYPES = (str, bool, int)
