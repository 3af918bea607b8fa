"""The table of counted attempts, such as wrong passwords."""

from sqlalchemy import ARRAY, Column, Index, Table, Text

from persistence.statements import MOMENT, metadata

throttles = Table(
    "throttles",
    metadata,
    Column("key", Text(collation="C"), primary_key=True),
    Column("tries", ARRAY(MOMENT), nullable=False),
    Column("ends_at", MOMENT, nullable=False),
    Index("throttles_ends_at_idx", "ends_at"),
)
