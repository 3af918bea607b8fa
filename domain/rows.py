"""Rows: some columns of an entity, where the whole object is more than an answer needs."""

from collections.abc import Sequence
from typing import Any

Columns = tuple[str, ...]
"""Names of an entity's fields, each stored as a column of its own."""

Row = Sequence[Any]
"""What the row is found by, then the wanted columns in their order; an enum stands there by its value."""
