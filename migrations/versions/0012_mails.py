"""Mails, one-time tokens, throttles and external identities; an account may be without a password."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("posted_at", MOMENT, nullable=False, server_default=sa.text("now()")),
        sa.Column("due_at", MOMENT),
        sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("sent_at", MOMENT),
        sa.Column("given_up_at", MOMENT),
        sa.Column("failure", sa.Text),
    )
    op.create_index(
        "mails_waiting_idx",
        "mails",
        ["id"],
        postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
    )
    op.create_table(
        "one_time_tokens",
        sa.Column("digest", sa.Text(collation="C"), primary_key=True),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
    )
    op.create_index("one_time_tokens_user_id_idx", "one_time_tokens", ["user_id"])
    op.create_index("one_time_tokens_expires_at_idx", "one_time_tokens", ["expires_at"])
    op.create_table(
        "throttles",
        sa.Column("key", sa.Text(collation="C"), primary_key=True),
        sa.Column("tries", sa.ARRAY(MOMENT), nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
    )
    op.create_index("throttles_ends_at_idx", "throttles", ["ends_at"])
    op.create_table(
        "external_identities",
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject"),
        sa.UniqueConstraint("user_id", "issuer", name="external_identities_user_id_issuer_key"),
    )
    op.create_table(
        "sign_in_flows",
        sa.Column("state_digest", sa.Text(collation="C"), primary_key=True),
        sa.Column("secret_digest", sa.Text, nullable=False),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
    )
    op.create_index("sign_in_flows_expires_at_idx", "sign_in_flows", ["expires_at"])
    op.alter_column("users", "password_hash", nullable=True)


def downgrade() -> None:
    op.execute("UPDATE users SET password_hash = '' WHERE password_hash IS NULL")  # no password matches it
    op.alter_column("users", "password_hash", nullable=False)
    for table in ("sign_in_flows", "external_identities", "throttles", "one_time_tokens", "mails"):
        op.drop_table(table)
