"""Table of certificates; a learner has at most one for a version of a roadmap."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from persistence.statements import ID, MOMENT, id_column, metadata

certificates = Table(
    "certificates",
    metadata,
    id_column(),
    Column("code", ID, nullable=False),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("roadmap_id", ID, ForeignKey("roadmaps.id", ondelete="SET NULL"), index=True),
    Column("version_id", ID, ForeignKey("roadmap_versions.id", ondelete="SET NULL"), index=True),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("version_number", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("checked_steps", Integer, nullable=False),
    Column("completed_at", MOMENT, nullable=False),
    Column("issued_at", MOMENT, nullable=False),
    Column("state", Text, nullable=False, server_default="VALID"),
    Column("ended_at", MOMENT),
    Column("ended_by_id", ID, ForeignKey("users.id", ondelete="SET NULL"), index=True),
    Column("reason", Text),
    Column("status_index", BigInteger, Identity(always=True, start=0, minvalue=0), nullable=False),
    UniqueConstraint("code"),
    UniqueConstraint("status_index"),
    UniqueConstraint("user_id", "version_id"),
    CheckConstraint("state IN ('VALID', 'REVOKED', 'WITHDRAWN')", name="state"),
    CheckConstraint("(state = 'VALID') = (ended_at IS NULL)", name="ended"),
    Index("certificates_user_id_id_idx", "user_id", "id"),
)
