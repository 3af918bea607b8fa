"""Campaigns: consent to marketing, e-mail templates, segments, campaigns with recipients, and the pace of mails."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0034"
down_revision = "0033"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)
FALSE = sa.text("false")


def upgrade() -> None:
    op.add_column(
        "email_preferences", sa.Column("marketing", sa.Boolean, nullable=False, server_default=FALSE)
    )
    op.add_column("email_preferences", sa.Column("marketing_changed_at", MOMENT))
    op.add_column("mails", sa.Column("layout_id", ID))
    op.create_table(
        "mail_layouts", sa.Column("id", ID, primary_key=True), sa.Column("source", sa.Text, nullable=False)
    )
    op.create_table(
        "mail_paces", sa.Column("name", ID, primary_key=True), sa.Column("next_at", MOMENT, nullable=False)
    )
    _create_templates_and_segments()
    _create_campaigns()
    _create_recipients()


def _create_templates_and_segments() -> None:
    op.create_table(
        "email_templates",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
    )
    op.create_table(
        "email_template_versions",
        sa.Column("template_id", ID, sa.ForeignKey("email_templates.id", ondelete="CASCADE"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("variables", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("template_id", "version"),
    )
    op.create_table(
        "segments",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("groups", JSONB, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
    )


def _create_campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("template_id", ID, sa.ForeignKey("email_templates.id", ondelete="SET NULL")),
        sa.Column("template_version", sa.Integer),
        sa.Column("segment_id", ID, sa.ForeignKey("segments.id", ondelete="SET NULL")),
        sa.Column("groups", JSONB),
        sa.Column("values", JSONB, nullable=False),
        sa.Column("per_second", sa.Integer),
        sa.Column("quiet_from", sa.SmallInteger, nullable=False),
        sa.Column("quiet_until", sa.SmallInteger, nullable=False),
        sa.Column("scheduled_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.Column("tick", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("resolved_to", ID),
        sa.Column("is_resolved", sa.Boolean, nullable=False, server_default=FALSE),
        sa.CheckConstraint(
            "quiet_from BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23",
            name="campaigns_quiet_hours_check",
        ),
    )
    for columns in (("state", "id"), ("template_id",), ("segment_id",)):
        op.create_index(f"campaigns_{'_'.join(columns)}_idx", "campaigns", list(columns))


def _create_recipients() -> None:
    op.create_table(
        "campaign_recipients",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("campaign_id", ID, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), nullable=False),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="SET NULL")),
        sa.Column("state", ID, nullable=False, server_default=sa.text("'PENDING'")),
        sa.Column("next_run_at", MOMENT),
        sa.Column("mail_id", sa.BigInteger),
        sa.Column("reason", sa.Text),
        sa.Column("sent_at", MOMENT),
        *(
            sa.Column(name, sa.Boolean, nullable=False, server_default=FALSE)
            for name in ("delivered", "bounced", "complained", "clicked")
        ),
        sa.Column("unsubscribed_at", MOMENT),
        sa.Column("xp_sessions", sa.Integer),
        sa.UniqueConstraint("campaign_id", "user_id", name="campaign_recipients_campaign_id_user_id_key"),
    )
    for name, columns in (
        ("list", ["campaign_id", "id"]),
        ("state", ["campaign_id", "state", "id"]),
        ("user_id", ["user_id"]),
        ("mail_id", ["mail_id"]),
    ):
        op.create_index(f"campaign_recipients_{name}_idx", "campaign_recipients", columns)
    op.create_index(
        "campaign_recipients_due_idx",
        "campaign_recipients",
        ["campaign_id", "next_run_at", "id"],
        postgresql_where=sa.text("state = 'PENDING'"),
    )


def downgrade() -> None:
    for table in (
        "campaign_recipients",
        "campaigns",
        "segments",
        "email_template_versions",
        "email_templates",
        "mail_paces",
        "mail_layouts",
    ):
        op.drop_table(table)
    op.drop_column("mails", "layout_id")
    op.drop_column("email_preferences", "marketing_changed_at")
    op.drop_column("email_preferences", "marketing")
