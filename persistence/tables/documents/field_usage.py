"""The table of field usage counts."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Table, Text

from persistence.statements import MOMENT, metadata

_C = Text(collation="C")


field_counts = Table(
    "field_counts",
    metadata,
    Column("coordinate", _C, primary_key=True),
    Column("client_name", _C, primary_key=True),
    Column("client_version", _C, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("deprecated", Boolean, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("last_seen_at", MOMENT, nullable=False),
    Index("field_counts_day_idx", "day"),
)
