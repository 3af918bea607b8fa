"""Tables of roadmaps and enrolments."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.content.prerequisites import PrerequisiteMode
from domain.content.roadmap_nodes import Completion, EvidenceRule, NodeKind
from domain.content.roadmaps import VersionState, Visibility
from domain.learning.progress import NodeState
from persistence.statements import ID, MOMENT, id_column, metadata


def _one_of(column: str, *values: Any) -> CheckConstraint:
    names = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({names})", name=column)


roadmaps = Table(
    "roadmaps",
    metadata,
    id_column(),
    Column("slug", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("author_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("visibility", Text, nullable=False),
    Column("current_version_id", ID, ForeignKey("roadmap_versions.id", ondelete="SET NULL", use_alter=True)),
    Column("forked_from_id", ID, ForeignKey("roadmaps.id", ondelete="SET NULL")),
    Column("created_at", MOMENT, nullable=False),
    _one_of("visibility", *Visibility),
    Index("roadmaps_slug_key", "slug", unique=True),
    Index(
        "roadmaps_listed_idx",
        "id",
        postgresql_where=text("visibility = 'PUBLIC' AND current_version_id IS NOT NULL"),
    ),
    Index(
        "roadmaps_forked_from_id_idx", "forked_from_id", postgresql_where=text("forked_from_id IS NOT NULL")
    ),
)
roadmap_versions = Table(
    "roadmap_versions",
    metadata,
    id_column(),
    Column("roadmap_id", ID, ForeignKey("roadmaps.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("published_at", MOMENT),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    Column("upstream_version_id", ID, ForeignKey("roadmap_versions.id", ondelete="SET NULL")),
    CheckConstraint("number > 0", name="number"),
    _one_of("state", *VersionState),
    _one_of("visibility", *Visibility),
    Index("roadmap_versions_roadmap_id_number_key", "roadmap_id", "number", unique=True),
    Index(
        "roadmap_versions_published_key",
        "roadmap_id",
        unique=True,
        postgresql_where=text("state = 'PUBLISHED'"),
    ),
    Index(
        "roadmap_versions_upstream_version_id_idx",
        "upstream_version_id",
        postgresql_where=text("upstream_version_id IS NOT NULL"),
    ),
)
node_lineages = Table(
    "node_lineages",
    metadata,
    id_column(),
    Column("roadmap_id", ID, ForeignKey("roadmaps.id", ondelete="SET NULL")),
    Column("key", Text, nullable=False),
    UniqueConstraint("roadmap_id", "key"),
)
inherited_lineages = Table(
    "inherited_lineages",
    metadata,
    Column("roadmap_id", ID, ForeignKey("roadmaps.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "lineage_id", ID, ForeignKey("node_lineages.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
)
roadmap_nodes = Table(
    "roadmap_nodes",
    metadata,
    id_column(),
    Column("version_id", ID, ForeignKey("roadmap_versions.id", ondelete="CASCADE"), nullable=False),
    Column("lineage_id", ID, ForeignKey("node_lineages.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("weight", Integer, nullable=False),
    Column("optional", Boolean, nullable=False),
    Column("difficulty", Text),
    Column("minutes", Integer),
    Column("resources", JSONB, nullable=False),
    Column("completion", Text, nullable=False),
    Column("quiz_slug", Text),
    Column("position", BigInteger, nullable=False),
    Column("evidence_rule", Text),
    Column("layout", ARRAY(Integer)),
    _one_of("kind", *NodeKind),
    _one_of("completion", *Completion),
    _one_of("evidence_rule", *EvidenceRule),
    CheckConstraint("weight > 0", name="weight"),
    CheckConstraint("(completion = 'QUIZ') = (quiz_slug IS NOT NULL)", name="quiz_slug"),
    CheckConstraint("(completion = 'EVIDENCE') = (evidence_rule IS NOT NULL)", name="evidence"),
    Index("roadmap_nodes_version_id_lineage_id_key", "version_id", "lineage_id", unique=True),
    Index("roadmap_nodes_version_id_position_idx", "version_id", "position"),
    Index("roadmap_nodes_quiz_slug_idx", "quiz_slug", postgresql_where=text("quiz_slug IS NOT NULL")),
)
prerequisite_groups = Table(
    "prerequisite_groups",
    metadata,
    id_column(),
    Column("node_id", ID, ForeignKey("roadmap_nodes.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("mode", Text, nullable=False),
    Column("k", SmallInteger),
    Column("position", SmallInteger, nullable=False),
    _one_of("mode", *PrerequisiteMode),
    CheckConstraint("(mode = 'K_OF_N') = (k IS NOT NULL)", name="k"),
)
prerequisite_members = Table(
    "prerequisite_members",
    metadata,
    Column("group_id", ID, ForeignKey("prerequisite_groups.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "lineage_id", ID, ForeignKey("node_lineages.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
    Column("position", SmallInteger, nullable=False),
)
enrolments = Table(
    "enrolments",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("roadmap_id", ID, ForeignKey("roadmaps.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("version_id", ID, ForeignKey("roadmap_versions.id", ondelete="CASCADE"), nullable=False),
    Column("started_at", MOMENT, nullable=False),
    Column("completed_at", MOMENT),
    Column("left_at", MOMENT),
    UniqueConstraint("user_id", "roadmap_id"),
    Index("enrolments_version_id_user_id_idx", "version_id", "user_id"),
)
node_progress = Table(
    "node_progress",
    metadata,
    Column("enrolment_id", ID, ForeignKey("enrolments.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "lineage_id", ID, ForeignKey("node_lineages.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
    Column("state", Text, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    Column("tie_break", Text(collation="C")),
    Column("passed", Boolean, nullable=False, server_default=text("false")),
    Column("done_at", MOMENT),
    _one_of("state", NodeState.AVAILABLE, NodeState.IN_PROGRESS, NodeState.DONE, NodeState.SKIPPED),
)
"""The last write of each node, AVAILABLE where it was taken back; `passed` and `done_at` never are."""
share_links = Table(
    "share_links",
    metadata,
    Column("roadmap_id", ID, ForeignKey("roadmaps.id", ondelete="CASCADE"), primary_key=True),
    Column("secret_hash", ID, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Index("share_links_secret_hash_key", "secret_hash", unique=True),
)
share_guests = Table(
    "share_guests",
    metadata,
    Column("roadmap_id", ID, ForeignKey("share_links.roadmap_id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("opened_at", MOMENT, nullable=False),
)

origins = roadmaps.alias("origins")
"""The roadmaps in which lineages began."""
