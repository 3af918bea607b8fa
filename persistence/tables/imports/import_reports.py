"""The tables of imports: what was asked for and what came of it, what was found, and what waits to be stored."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, MOMENT, id_column, metadata

question_imports = Table(
    "question_imports",
    metadata,
    id_column(),
    Column("author_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("report", JSONB),
    Column("imported_at", MOMENT, nullable=False, key="begun_at"),
    Column("kind", Text, nullable=False, server_default=text("'QUESTIONS'")),
    Column("filename", Text),
    Column("format", Text),
    Column("encoding", Text),
    Column("content_hash", Text),
    Column("file_hash", Text),
    Column("options", JSONB),
    Column("outcome", Text),
    Column("accepted", Integer, nullable=False, server_default=text("0")),
    Column("refused_count", Integer, nullable=False, server_default=text("0")),
    Column("loss_count", Integer, nullable=False, server_default=text("0")),
    Column("progress", SmallInteger, nullable=False, server_default=text("100")),
    Column("note", Text),
    Column("upload_id", ID, ForeignKey("uploads.id", ondelete="SET NULL")),
    Column("workflow_id", ID, ForeignKey("workflows.id", ondelete="SET NULL")),
    Column("finished_at", MOMENT),
    Index("question_imports_author_id_id_idx", "author_id", "id"),
    Index(
        "question_imports_file_hash_idx",
        "author_id",
        "file_hash",
        postgresql_where=text("file_hash IS NOT NULL"),
    ),
    Index("question_imports_upload_id_idx", "upload_id", postgresql_where=text("upload_id IS NOT NULL")),
    Index(
        "question_imports_workflow_id_idx", "workflow_id", postgresql_where=text("workflow_id IS NOT NULL")
    ),
)
"""Imports of questions and of roadmaps. `report` is the whole report of a text that a mutation brought."""

import_findings = Table(
    "import_findings",
    metadata,
    Column("import_id", ID, ForeignKey("question_imports.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("item", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    PrimaryKeyConstraint("import_id", "position", name="import_findings_pkey"),
)
"""`place` is the number of a finding of its kind; `position` orders those of an import, refusals first."""

staged_items = Table(
    "staged_items",
    metadata,
    Column("import_id", ID, ForeignKey("question_imports.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    PrimaryKeyConstraint("import_id", "kind", "place", name="staged_items_pkey"),
)
