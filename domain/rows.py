"""Rows: some columns of an entity, where a response does not need the whole object."""

from collections.abc import Sequence
from typing import Any

Columns = tuple[str, ...]
"""Names of an entity's fields, each stored as a column of its own."""

Row = Sequence[Any]
"""The key of the row, then the requested columns in their order; an enum is its value."""
