"""Tables of spaced review: cards, their logs, and settings."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from persistence.statements import ID, MOMENT, id_column, metadata

review_cards = Table(
    "review_cards",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("lineage_id", ID, ForeignKey("questions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", MOMENT, nullable=False),
    Column("state", Text, nullable=False),
    Column("step", SmallInteger),
    Column("stability", Double),
    Column("difficulty", Double),
    Column("due_at", MOMENT, nullable=False),
    Column("last_reviewed_at", MOMENT),
    Column("reviews", Integer, nullable=False),
    Column("lapses", Integer, nullable=False),
    Column("introduced_on", Date),
    Column("suspended_at", MOMENT),
    Column("buried_until", MOMENT),
    Column("predicted", ARRAY(Double), nullable=False),
    Column("recalled", ARRAY(Boolean), nullable=False),
    UniqueConstraint("user_id", "lineage_id"),
    CheckConstraint("state IN ('NEW', 'LEARNING', 'REVIEW', 'RELEARNING')", name="state"),
    CheckConstraint("(state = 'NEW') = (last_reviewed_at IS NULL)", name="reviewed"),
    Index(None, "user_id", "id"),
    Index(None, "user_id", "due_at"),
    Index(
        "review_cards_introduced_idx",
        "user_id",
        "introduced_on",
        postgresql_where=text("introduced_on IS NOT NULL"),
    ),
)
"""All but the times of suspension and burial follows from the log; `predicted` and `recalled` are pairs."""
review_log = Table(
    "review_log",
    metadata,
    Column("card_id", ID, ForeignKey("review_cards.id", ondelete="CASCADE"), nullable=False),
    Column("reviewed_at", MOMENT, nullable=False),
    Column("client_id", ID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("rating", SmallInteger, nullable=False),
    Column("undoes", ID, nullable=False),
    Column("seconds", Integer),
    Column("source_id", ID),
    Column("local_date", Date, nullable=False),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("card_id", "reviewed_at", "client_id", "kind", "rating", "undoes"),
    CheckConstraint(
        "kind IN ('REVIEW', 'ANSWER') AND rating BETWEEN 1 AND 4 AND undoes = ''"
        " OR kind = 'UNDO' AND rating = 0 AND undoes <> ''",
        name="kind",
    ),
    Index(
        "review_log_user_id_local_date_idx", "user_id", "local_date", postgresql_where=text("kind = 'REVIEW'")
    ),
)
"""Rows are added and never changed; what an entry says is in its key, so that any order of arrival is the same set."""
review_settings = Table(
    "review_settings",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("retention", Double, nullable=False),
    Column("new_a_day", SmallInteger, nullable=False),
    Column("parameters", ARRAY(Double)),
    Column("fitted_at", MOMENT),
    Column("fitted_reviews", Integer, nullable=False),
    CheckConstraint("retention BETWEEN 0.7 AND 0.97", name="retention"),
    CheckConstraint("(parameters IS NULL) = (fitted_at IS NULL)", name="fitted"),
)
answers_taken = Table(
    "answers_taken",
    metadata,
    Column("name", Text, primary_key=True),
    Column("until", ID),
)
"""By source of answers: the id up to which they were taken into reviews."""
