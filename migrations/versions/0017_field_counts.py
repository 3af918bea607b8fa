"""Counts of which app asks for which field."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_C = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "field_counts",
        sa.Column("coordinate", _C, nullable=False),
        sa.Column("client_name", _C, nullable=False),
        sa.Column("client_version", _C, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("deprecated", sa.Boolean, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "coordinate", "client_name", "client_version", "day", name="field_counts_pkey"
        ),
    )
    op.create_index("field_counts_day_idx", "field_counts", ["day"])


def downgrade() -> None:
    op.drop_table("field_counts")
