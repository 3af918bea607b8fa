"""Table of evidence: what learners show for nodes."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, UniqueConstraint, text

from domain.learning.evidence import EvidenceState
from persistence.statements import ID, MOMENT, id_column, metadata

_STATES = ", ".join(f"'{state.value}'" for state in EvidenceState)
evidence = Table(
    "evidence",
    metadata,
    id_column(),
    Column("enrolment_id", ID, ForeignKey("enrolments.id", ondelete="CASCADE"), nullable=False),
    Column("roadmap_id", ID, ForeignKey("roadmaps.id", ondelete="CASCADE"), nullable=False),
    Column("node_id", ID, ForeignKey("roadmap_nodes.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("lineage_id", ID, ForeignKey("node_lineages.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("text", Text),
    Column("url", Text),
    Column("state", Text, nullable=False),
    Column("comment", Text),
    Column("reviewer_id", ID, ForeignKey("users.id", ondelete="SET NULL"), index=True),
    Column("submitted_at", MOMENT, nullable=False),
    Column("reviewed_at", MOMENT),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
    CheckConstraint("text IS NOT NULL OR url IS NOT NULL", name="content"),
    UniqueConstraint("enrolment_id", "lineage_id"),
    Index("evidence_waiting_idx", "roadmap_id", "id", postgresql_where=text("state = 'SUBMITTED'")),
)
