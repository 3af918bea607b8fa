"""The XP ledger, which a trigger keeps append-only, and the outbox that the leaderboards read."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)

APPEND_ONLY = """
CREATE FUNCTION xp_entries_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.status = 'PENDING' AND NEW.status IN ('SETTLED', 'REVERSED')
           AND to_jsonb(NEW) - 'status' = to_jsonb(OLD) - 'status' THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        -- The cascade of a deleted user is the one way out: their row is gone already when it arrives here.
        IF NOT EXISTS (SELECT FROM users WHERE id = OLD.user_id) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'xp_entries is append-only' USING ERRCODE = 'restrict_violation';
END $$
"""
ROW_TRIGGER = """
CREATE TRIGGER xp_entries_append_only BEFORE UPDATE OR DELETE ON xp_entries
FOR EACH ROW EXECUTE FUNCTION xp_entries_append_only()
"""
TABLE_TRIGGER = """
CREATE TRIGGER xp_entries_no_truncate BEFORE TRUNCATE ON xp_entries
FOR EACH STATEMENT EXECUTE FUNCTION xp_entries_append_only()
"""


def upgrade() -> None:
    op.create_table(
        "xp_entries",
        sa.Column("id", ID, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("amount", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("source_type", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text(collation="C"), nullable=False),
        sa.Column("rule_version", sa.Integer, nullable=False),
        sa.Column("explanation", sa.Text, nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("local_date", sa.Date, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reverses_id", ID, sa.ForeignKey("xp_entries.id")),
        sa.UniqueConstraint(
            "user_id",
            "reason",
            "source_type",
            "source_id",
            name="xp_entries_user_id_reason_source_type_source_id_key",
        ),
        sa.CheckConstraint("status IN ('PENDING', 'SETTLED', 'REVERSED')", name="xp_entries_status_check"),
    )
    op.create_index("xp_entries_user_id_id_idx", "xp_entries", ["user_id", "id"])
    op.create_index("xp_entries_user_id_local_date_idx", "xp_entries", ["user_id", "local_date"])
    op.create_index(
        "xp_entries_reverses_id_idx",
        "xp_entries",
        ["reverses_id"],
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    for statement in (APPEND_ONLY, ROW_TRIGGER, TABLE_TRIGGER):
        op.execute(statement)
    op.create_table(
        "xp_outbox",
        sa.Column("entry_id", ID, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("amount", sa.Integer, nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
    )
    op.create_index("xp_outbox_user_id_idx", "xp_outbox", ["user_id"])


def downgrade() -> None:
    op.drop_table("xp_outbox")
    op.drop_table("xp_entries")
    op.execute("DROP FUNCTION xp_entries_append_only()")
