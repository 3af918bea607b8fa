"""Share links of roadmaps, and who has opened them."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

_ID = sa.Text(collation="C")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "share_links",
        sa.Column("roadmap_id", _ID, sa.ForeignKey("roadmaps.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("secret_hash", _ID, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
    )
    op.create_index("share_links_secret_hash_key", "share_links", ["secret_hash"], unique=True)
    op.create_table(
        "share_guests",
        sa.Column(
            "roadmap_id", _ID, sa.ForeignKey("share_links.roadmap_id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("opened_at", _MOMENT, nullable=False),
    )
    op.create_index("share_guests_user_id_idx", "share_guests", ["user_id"])


def downgrade() -> None:
    op.drop_table("share_guests")
    op.drop_table("share_links")
