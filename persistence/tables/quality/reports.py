"""Tables of reports on questions and of suspensions."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, text

from persistence.statements import ID, MOMENT, id_column, metadata

question_reports = Table(
    "question_reports",
    metadata,
    id_column(),
    Column("question_id", ID, ForeignKey("questions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reporter_id", ID, ForeignKey("users.id", ondelete="SET NULL")),
    Column("kind", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("answer", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("decided_at", MOMENT),
    Column("decided_by_id", ID, ForeignKey("users.id", ondelete="SET NULL")),
    CheckConstraint("kind IN ('INCORRECT', 'TYPO', 'UNCLEAR', 'OTHER')", name="kind"),
    CheckConstraint("state IN ('PENDING', 'RESOLVED', 'DISMISSED')", name="state"),
    CheckConstraint("(state = 'PENDING') = (decided_at IS NULL)", name="decided_at"),
    Index(
        "question_reports_open_key",
        "question_id",
        "reporter_id",
        unique=True,
        postgresql_where=text("state = 'PENDING'"),
    ),
    Index("question_reports_queue_idx", "id", postgresql_where=text("state = 'PENDING'")),
    Index(None, "reporter_id", "id"),
    Index(
        "question_reports_decided_by_id_idx",
        "decided_by_id",
        postgresql_where=text("decided_by_id IS NOT NULL"),
    ),
)
question_suspensions = Table(
    "question_suspensions",
    metadata,
    Column("question_id", ID, ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
    Column("suspended_by_id", ID, ForeignKey("users.id", ondelete="SET NULL"), index=True),
    Column("suspended_at", MOMENT, nullable=False),
    Column("reason", Text, nullable=False),
)
