"""The table of learners who have more time for quizzes."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Numeric, Table

from persistence.statements import ID, MOMENT, metadata

time_allowances = Table(
    "time_allowances",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("multiplier", Numeric(3, 2), nullable=False),
    Column("set_by_id", ID, ForeignKey("users.id"), nullable=False),
    Column("set_at", MOMENT, nullable=False),
    CheckConstraint("multiplier > 1 AND multiplier <= 3", name="multiplier"),
)
