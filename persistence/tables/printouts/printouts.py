"""Table of printouts; `is_removed` says that the file is gone."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, false, text

from persistence.statements import ID, MOMENT, id_column, metadata

printouts = Table(
    "printouts",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("target_id", ID, nullable=False),
    Column("format", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("job_id", ID, ForeignKey("jobs.id", ondelete="SET NULL"), index=True),
    Column("created_at", MOMENT, nullable=False),
    Column("finished_at", MOMENT),
    Column("expires_at", MOMENT, nullable=False),
    Column("size_bytes", Integer),
    Column("pages", Integer),
    Column("failure", Text),
    Column("is_removed", Boolean, nullable=False, server_default=false()),
    CheckConstraint("format IN ('PDF', 'MARKDOWN')", name="format"),
    CheckConstraint("state IN ('WAITING', 'READY', 'FAILED')", name="state"),
    CheckConstraint("(state = 'WAITING') = (finished_at IS NULL)", name="finished"),
    Index("printouts_user_id_id_idx", "user_id", "id"),
    Index("printouts_expires_at_idx", "expires_at", postgresql_where=text("NOT is_removed")),
)
