"""Suppressed addresses, what became of mails, and consent to count clicks.

A process of the version before reads no suppressions, and sends the mails of jobs that it takes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("mails", sa.Column("suppressed_by", sa.Text))
    op.add_column("mails", sa.Column("claimed_until", MOMENT))
    op.create_index("mails_recipient_idx", "mails", ["recipient"])
    op.create_index(
        "mails_sent_at_idx", "mails", ["sent_at"], postgresql_where=sa.text("sent_at IS NOT NULL")
    )
    op.create_index(
        "mails_suppressed_idx",
        "mails",
        ["given_up_at"],
        postgresql_where=sa.text("suppressed_by IS NOT NULL"),
    )
    op.create_table(
        "suppressions",
        sa.Column("id", ID, primary_key=True),
        sa.Column("address_digest", ID, nullable=False),
        sa.Column("reason", ID, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("note", sa.Text),
        sa.UniqueConstraint("address_digest", "reason", name="suppressions_address_digest_reason_key"),
    )
    op.create_index("suppressions_reason_id_idx", "suppressions", ["reason", "id"])
    op.create_table(
        "mail_events",
        sa.Column("mail_id", sa.BigInteger, sa.ForeignKey("mails.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("status", sa.Text),
        sa.Column("is_hard", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("mail_id", "kind"),
    )
    op.create_index("mail_events_kind_at_idx", "mail_events", ["kind", "at"])
    op.create_table(
        "mail_reports",
        sa.Column("id", ID, primary_key=True),
        sa.Column("received_at", MOMENT, nullable=False),
    )
    op.create_index("mail_reports_received_at_idx", "mail_reports", ["received_at"])
    op.add_column(
        "email_preferences",
        sa.Column("click_counting", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )


def downgrade() -> None:
    op.drop_column("email_preferences", "click_counting")
    op.drop_table("mail_reports")
    op.drop_table("mail_events")
    op.drop_table("suppressions")
    op.drop_index("mails_suppressed_idx", "mails")
    op.drop_index("mails_sent_at_idx", "mails")
    op.drop_index("mails_recipient_idx", "mails")
    op.drop_column("mails", "claimed_until")
    op.drop_column("mails", "suppressed_by")
