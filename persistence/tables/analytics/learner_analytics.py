"""Tables of daily roll-ups of attempts."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    text,
)

from persistence.statements import ID, metadata

attempt_days = Table(
    "attempt_days",
    metadata,
    Column("user_id", ID, nullable=False),
    Column("exam_type_id", ID, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("quizzes", Integer, nullable=False),
    Column("score_tenths", BigInteger, nullable=False),
    Column("best_tenths", Integer, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("correct", Integer, nullable=False),
    Column("seconds", BigInteger, nullable=False),
    Column("rest_numerator", Numeric, nullable=False, server_default=text("0")),
    Column("rest_denominator", Numeric, nullable=False, server_default=text("1")),
    PrimaryKeyConstraint("user_id", "local_date", "exam_type_id"),
    CheckConstraint("rest_denominator > 0", name="rest"),
)


domain_days = Table(
    "domain_days",
    metadata,
    Column("user_id", ID, nullable=False),
    Column("domain_id", ID, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("correct", Integer, nullable=False),
    PrimaryKeyConstraint("user_id", "domain_id", "local_date"),
)
