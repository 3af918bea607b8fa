"""Trusted documents and the manifests that list them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "document_manifests",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT),
    )
    op.create_index(
        "document_manifests_name_key",
        "document_manifests",
        ["name"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "trusted_documents",
        sa.Column("document_id", ID, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "manifest_documents",
        sa.Column(
            "manifest_id", ID, sa.ForeignKey("document_manifests.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("document_id", ID, sa.ForeignKey("trusted_documents.document_id"), primary_key=True),
    )
    op.create_index("manifest_documents_document_id_idx", "manifest_documents", ["document_id"])


def downgrade() -> None:
    for table in ("manifest_documents", "trusted_documents", "document_manifests"):
        op.drop_table(table)
