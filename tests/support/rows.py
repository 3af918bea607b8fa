"""Rows made of objects, as a store returns them."""

from enum import Enum
from typing import Any

from domain.rows import Columns, Row


def row_of(found: Any, key: str, columns: Columns) -> Row:
    """Return the key of an object and the wanted columns, enums by their values."""
    return [stored(getattr(found, name)) for name in (key, *columns)]


def stored(value: Any) -> Any:
    """Return a value as it is in a column."""
    return value.value if isinstance(value, Enum) else value
