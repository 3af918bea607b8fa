"""The audit log, which the database itself keeps from being changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"

ID = sa.Text(collation="C")

_REFUSE = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- To forget personal data is the one change there is: an address goes, a difference is emptied.
    IF TG_OP = 'UPDATE'
        AND (NEW.address IS NULL OR NEW.address = OLD.address)
        AND (NEW.difference = '{}'::jsonb OR NEW.difference = OLD.difference)
        AND to_jsonb(NEW) - 'address' - 'difference' = to_jsonb(OLD) - 'address' - 'difference'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation';
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", ID, primary_key=True),
        sa.Column("actor_id", ID),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("target", sa.Text(collation="C"), nullable=False),
        sa.Column("difference", JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("address", sa.Text),
        sa.Column("session_id", ID),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("audit_entries_actor_id_id_idx", "audit_entries", ["actor_id", "id"])
    op.create_index("audit_entries_target_id_idx", "audit_entries", ["target", "id"])
    op.create_index("audit_entries_action_id_idx", "audit_entries", ["action", "id"])
    op.execute(_REFUSE)
    op.execute(
        "CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries"
        " FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()"
    )
    op.execute(
        "CREATE TRIGGER audit_entries_not_emptied BEFORE TRUNCATE ON audit_entries"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )


def downgrade() -> None:
    op.drop_table("audit_entries")
    op.execute("DROP FUNCTION refuse_audit_change()")
