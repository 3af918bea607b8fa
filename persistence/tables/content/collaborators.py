"""Table of collaborators: who works on a roadmap beside its author, and who is invited to."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Table, Text, UniqueConstraint

from domain.content.collaborators import CollaboratorRole
from persistence.statements import ID, MOMENT, id_column, metadata

_ROLES = ", ".join(f"'{role.value}'" for role in CollaboratorRole)
collaborators = Table(
    "collaborators",
    metadata,
    id_column(),
    Column("roadmap_id", ID, ForeignKey("roadmaps.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("invited_by_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("invited_at", MOMENT, nullable=False),
    Column("accepted_at", MOMENT),
    Column("by_email", Boolean, nullable=False),
    CheckConstraint(f"role IN ({_ROLES})", name="role"),
    UniqueConstraint("roadmap_id", "user_id"),
)
