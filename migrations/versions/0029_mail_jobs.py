"""Jobs of mails, in place of a lease and of tries of their own, the values of their HTML parts, and e-mail preferences.

Without those columns a process of the version before sends no mails any more, which jobs send now. A worker starts the
jobs of mails that such a process posted.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("mails", sa.Column("job_id", sa.Text(collation="C")))
    op.add_column("mails", sa.Column("values", JSONB))
    op.create_table(
        "email_preferences",
        sa.Column(
            "user_id",
            sa.Text(collation="C"),
            sa.ForeignKey("users.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("weekly_digest", sa.Boolean, nullable=False),
        sa.Column("digest_monday", sa.Date),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.drop_column("mails", "due_at")
    op.drop_column("mails", "tries")


def downgrade() -> None:
    op.add_column("mails", sa.Column("due_at", sa.DateTime(timezone=True)))
    op.add_column("mails", sa.Column("tries", sa.Integer, nullable=False, server_default="0"))
    op.drop_table("email_preferences")
    op.drop_column("mails", "values")
    op.drop_column("mails", "job_id")
