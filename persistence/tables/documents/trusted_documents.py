"""Tables of trusted documents and their manifests."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, text

from persistence.statements import ID, MOMENT, metadata

document_manifests = Table(
    "document_manifests",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text(collation="C"), nullable=False),
    Column("format", Text, nullable=False),
    Column("imported_at", MOMENT, nullable=False),
    Column("retired_at", MOMENT),
    Index("document_manifests_name_key", "name", unique=True, postgresql_where=text("retired_at IS NULL")),
)


trusted_documents = Table(
    "trusted_documents",
    metadata,
    Column("document_id", ID, primary_key=True),
    Column("text", Text, nullable=False),
)


manifest_documents = Table(
    "manifest_documents",
    metadata,
    Column("manifest_id", ID, ForeignKey("document_manifests.id", ondelete="CASCADE"), primary_key=True),
    Column("document_id", ID, ForeignKey("trusted_documents.document_id"), primary_key=True),
    Index("manifest_documents_document_id_idx", "document_id"),
)
