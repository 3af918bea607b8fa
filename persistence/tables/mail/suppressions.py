"""The table of suppressions; an address is stored as a keyed digest, so that it outlives no account."""

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

from persistence.statements import ID, MOMENT, id_column, metadata

suppressions = Table(
    "suppressions",
    metadata,
    id_column(),
    Column("address_digest", ID, nullable=False),
    Column("reason", ID, nullable=False),
    Column("since", MOMENT, nullable=False),
    Column("note", Text),
    UniqueConstraint("address_digest", "reason"),
    Index("suppressions_reason_id_idx", "reason", "id"),
)
