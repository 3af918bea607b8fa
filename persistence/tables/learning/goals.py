"""Tables of goals, and the expression of a goal's state at a moment."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    and_,
    bindparam,
    case,
    literal,
    text,
)

from persistence.statements import ID, MOMENT, id_column, metadata

goals = Table(
    "goals",
    metadata,
    id_column(),
    Column("owner_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("deadline", MOMENT),
    Column("target_xp", Integer),
    Column("roadmap_id", ID, ForeignKey("roadmaps.id", ondelete="SET NULL")),
    Column("exam_type_id", ID, ForeignKey("exam_types.id")),
    Column("target_mastery", SmallInteger),
    Column("created_at", MOMENT, nullable=False),
    Column("completed_at", MOMENT),
    Column("xp_at_start", BigInteger, nullable=False),
    CheckConstraint("kind IN ('MANUAL', 'ROADMAP', 'XP_TARGET', 'MASTERY_TARGET')", name="kind"),
    CheckConstraint(
        "state IN ('DRAFT', 'ACTIVE', 'PAUSED', 'OVERDUE', 'COMPLETED', 'ABANDONED')", name="state"
    ),
    CheckConstraint("(kind = 'XP_TARGET') = (target_xp IS NOT NULL)", name="target_xp"),
    CheckConstraint(
        "(kind = 'MASTERY_TARGET') = (exam_type_id IS NOT NULL) AND (kind = 'MASTERY_TARGET') = (target_mastery IS NOT "
        "NULL) AND target_mastery BETWEEN 50 AND 100",
        name="mastery",
    ),
    CheckConstraint("(state = 'COMPLETED') = (completed_at IS NOT NULL)", name="completed_at"),
    Index("goals_owner_id_id_idx", "owner_id", "id"),
    Index("goals_roadmap_id_idx", "roadmap_id", postgresql_where=text("roadmap_id IS NOT NULL")),
    Index("goals_exam_type_id_idx", "exam_type_id", postgresql_where=text("exam_type_id IS NOT NULL")),
    Index(
        "goals_measured_idx",
        "owner_id",
        postgresql_where=text("state IN ('ACTIVE', 'OVERDUE') AND kind <> 'MANUAL'"),
    ),
    Index("goals_deadline_idx", "deadline", postgresql_where=text("state = 'ACTIVE'")),
)
goal_transitions = Table(
    "goal_transitions",
    metadata,
    Column("goal_id", ID, ForeignKey("goals.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("from_state", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    Column("occurred_at", MOMENT, nullable=False),
    Column("moved_by", Text, nullable=False, server_default=text("'LEARNER'")),
    CheckConstraint("moved_by IN ('LEARNER', 'PLATFORM')", name="moved_by"),
    PrimaryKeyConstraint("goal_id", "version", "to_state"),
)

NOW = bindparam("now", type_=MOMENT)
is_overdue = and_(goals.c.state == "ACTIVE", goals.c.deadline <= NOW)
"""Whether an active goal is past its deadline, and that is not stored yet."""
reads_as = case((is_overdue, literal("OVERDUE")), else_=goals.c.state)
