"""Privacy, suspension, exports and deletion."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)
_VISIBLE = ("avatar_visibility", "bio_visibility", "joined_visibility")
_DATED = ("suspended_at", "suspended_until", "deleting_at", "erased_at")
_LEDGER = """
CREATE OR REPLACE FUNCTION xp_entries_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.status = 'PENDING' AND NEW.status IN ('SETTLED', 'REVERSED')
           AND to_jsonb(NEW) - 'status' = to_jsonb(OLD) - 'status' THEN
            RETURN NEW;
        END IF;{forgetting}
    ELSIF TG_OP = 'DELETE' THEN
        -- The cascade of a deleted user is the one way out: their row is gone already when it arrives here.
        IF NOT EXISTS (SELECT FROM users WHERE id = OLD.user_id) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'xp_entries is append-only' USING ERRCODE = 'restrict_violation';
END $$
"""
_FORGETTING = """
        -- An explanation may quote what its learner wrote: it is emptied once the account is anonymised.
        IF NEW.explanation = '' AND to_jsonb(NEW) - 'explanation' = to_jsonb(OLD) - 'explanation'
           AND EXISTS (SELECT FROM users WHERE id = OLD.user_id AND erased_at IS NOT NULL) THEN
            RETURN NEW;
        END IF;"""


def upgrade() -> None:
    op.execute(_LEDGER.format(forgetting=_FORGETTING))
    for name in _VISIBLE:
        everyone = sa.text("'EVERYONE'")
        op.add_column("users", sa.Column(name, sa.Text, nullable=False, server_default=everyone))
    for name in _DATED:
        op.add_column("users", sa.Column(name, MOMENT))
    op.add_column("users", sa.Column("suspended_reason", sa.Text))
    op.create_index("users_handle_search_idx", "users", [sa.text('handle COLLATE "C"')])
    op.create_index("users_email_search_idx", "users", [sa.text('email COLLATE "C"')])
    op.create_index("users_name_search_idx", "users", [sa.text('lower(display_name) COLLATE "C"')])
    op.create_index("users_admins_idx", "users", ["id"], postgresql_where=sa.text("'ADMIN' = ANY (roles)"))
    op.create_index(
        "users_suspended_idx", "users", ["id"], postgresql_where=sa.text("suspended_at IS NOT NULL")
    )
    op.create_index(
        "users_deleting_at_idx",
        "users",
        ["deleting_at"],
        postgresql_where=sa.text("deleting_at IS NOT NULL AND erased_at IS NULL"),
    )
    op.create_table(
        "exports",
        sa.Column("id", ID, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
    )
    op.create_index("exports_user_id_id_idx", "exports", ["user_id", "id"])


def downgrade() -> None:
    op.execute(_LEDGER.format(forgetting=""))
    op.drop_table("exports")
    for name in ("deleting_at", "suspended", "admins", "name_search", "email_search", "handle_search"):
        op.drop_index(f"users_{name}_idx", "users")
    for name in ("suspended_reason", *reversed(_DATED), *reversed(_VISIBLE)):
        op.drop_column("users", name)
