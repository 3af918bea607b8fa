"""What operators switch and see: feature flags with the users that they name, and reports of processes on trouble."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "feature_flags",
        sa.Column("key", sa.Text(collation="C"), primary_key=True),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("percentage", sa.SmallInteger),
        sa.Column("roles", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(collation="C"), sa.ForeignKey("users.id", ondelete="SET NULL")),
    )
    op.create_table(
        "feature_flag_users",
        sa.Column(
            "flag_key",
            sa.Text(collation="C"),
            sa.ForeignKey("feature_flags.key", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "user_id", sa.Text(collation="C"), sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
        ),
    )
    op.create_index("feature_flag_users_user_id_idx", "feature_flag_users", ["user_id"])
    op.create_table(
        "service_reports",
        sa.Column("process_id", sa.Text(collation="C"), primary_key=True),
        sa.Column("cause", sa.Text(collation="C"), primary_key=True),
        sa.Column("state", sa.Text(collation="C"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("service_reports")
    op.drop_table("feature_flag_users")
    op.drop_table("feature_flags")
