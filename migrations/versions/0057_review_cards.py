"""Review cards with their logs, settings of spaced review, and daily targets of reviews.

Answers are taken into reviews from the newest entry of the ledger on: earlier wrong answers make no cards.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0057"
down_revision = "0056"

_ID = sa.Text(collation="C")
_MOMENT = sa.DateTime(timezone=True)
_EARLIER = "kind IN ('DAILY_QUESTIONS', 'DAILY_XP', 'DAILY_MINUTES')"
_KINDS = "kind IN ('DAILY_QUESTIONS', 'DAILY_XP', 'DAILY_MINUTES', 'DAILY_REVIEWS')"


def upgrade() -> None:
    op.create_table(
        "review_cards",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("lineage_id", _ID, sa.ForeignKey("questions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("step", sa.SmallInteger),
        sa.Column("stability", sa.Double),
        sa.Column("difficulty", sa.Double),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("last_reviewed_at", _MOMENT),
        sa.Column("reviews", sa.Integer, nullable=False),
        sa.Column("lapses", sa.Integer, nullable=False),
        sa.Column("introduced_on", sa.Date),
        sa.Column("suspended_at", _MOMENT),
        sa.Column("buried_until", _MOMENT),
        sa.Column("predicted", ARRAY(sa.Double), nullable=False),
        sa.Column("recalled", ARRAY(sa.Boolean), nullable=False),
        sa.UniqueConstraint("user_id", "lineage_id", name="review_cards_user_id_lineage_id_key"),
        sa.CheckConstraint(
            "state IN ('NEW', 'LEARNING', 'REVIEW', 'RELEARNING')", name=op.f("review_cards_state_check")
        ),
        sa.CheckConstraint(
            "(state = 'NEW') = (last_reviewed_at IS NULL)", name=op.f("review_cards_reviewed_check")
        ),
    )
    op.create_index("review_cards_user_id_id_idx", "review_cards", ["user_id", "id"])
    op.create_index("review_cards_user_id_due_at_idx", "review_cards", ["user_id", "due_at"])
    op.create_index("review_cards_lineage_id_idx", "review_cards", ["lineage_id"])
    op.create_index(
        "review_cards_introduced_idx",
        "review_cards",
        ["user_id", "introduced_on"],
        postgresql_where=sa.text("introduced_on IS NOT NULL"),
    )
    op.create_table(
        "review_log",
        sa.Column("card_id", _ID, sa.ForeignKey("review_cards.id", ondelete="CASCADE"), nullable=False),
        sa.Column("reviewed_at", _MOMENT, nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("rating", sa.SmallInteger, nullable=False),
        sa.Column("undoes", _ID, nullable=False),
        sa.Column("seconds", sa.Integer),
        sa.Column("source_id", _ID),
        sa.Column("local_date", sa.Date, nullable=False),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.PrimaryKeyConstraint(
            "card_id", "reviewed_at", "client_id", "kind", "rating", "undoes", name="review_log_pkey"
        ),
        sa.CheckConstraint(
            "kind IN ('REVIEW', 'ANSWER') AND rating BETWEEN 1 AND 4 AND undoes = ''"
            " OR kind = 'UNDO' AND rating = 0 AND undoes <> ''",
            name=op.f("review_log_kind_check"),
        ),
    )
    op.create_index(
        "review_log_user_id_local_date_idx",
        "review_log",
        ["user_id", "local_date"],
        postgresql_where=sa.text("kind = 'REVIEW'"),
    )
    op.create_table(
        "review_settings",
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("retention", sa.Double, nullable=False),
        sa.Column("new_a_day", sa.SmallInteger, nullable=False),
        sa.Column("parameters", ARRAY(sa.Double)),
        sa.Column("fitted_at", _MOMENT),
        sa.Column("fitted_reviews", sa.Integer, nullable=False),
        sa.CheckConstraint("retention BETWEEN 0.7 AND 0.97", name=op.f("review_settings_retention_check")),
        sa.CheckConstraint(
            "(parameters IS NULL) = (fitted_at IS NULL)", name=op.f("review_settings_fitted_check")
        ),
    )
    op.create_table(
        "answer_times",
        sa.Column("question_id", _ID, sa.ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("p75_ms", sa.Integer),
        sa.Column("measured_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "answers_taken",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("until", _ID),
    )
    op.execute("INSERT INTO answers_taken (name, until) SELECT 'attempts', max(id) FROM xp_entries")
    for table in ("daily_targets", "daily_target_days"):
        op.drop_constraint(op.f(f"{table}_kind_check"), table)
        op.create_check_constraint(op.f(f"{table}_kind_check"), table, _KINDS)


def downgrade() -> None:
    for table in ("daily_targets", "daily_target_days"):
        op.execute(f"DELETE FROM {table} WHERE kind = 'DAILY_REVIEWS'")  # noqa: S608 - names of tables
        op.drop_constraint(op.f(f"{table}_kind_check"), table)
        op.create_check_constraint(op.f(f"{table}_kind_check"), table, _EARLIER)
    for table in ("answers_taken", "answer_times", "review_settings", "review_log", "review_cards"):
        op.drop_table(table)
