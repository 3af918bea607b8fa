"""The table of import reports."""

from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, MOMENT, id_column, metadata

question_imports = Table(
    "question_imports",
    metadata,
    id_column(),
    Column("author_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("report", JSONB, nullable=False),
    Column("imported_at", MOMENT, nullable=False),
)
