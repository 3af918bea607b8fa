"""Uploads, imports of them with what was found and what waits to be stored, and images of questions."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0042"
down_revision = "0040"

_ID = sa.Text(collation="C")
_MOMENT = sa.DateTime(timezone=True)
_ZERO = sa.text("0")
_FINDINGS = """
    INSERT INTO import_findings (import_id, kind, place, line, item, reason, position)
    SELECT i.id, '{kind}', f.place - 1, (f.found->>'line')::int, f.found->>'item', f.found->>'reason',
        f.place - 1 + {behind}
    FROM question_imports i, jsonb_array_elements(i.report->'{name}') WITH ORDINALITY AS f(found, place)"""


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("owner_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("received_at", _MOMENT),
        sa.Column("received_until", _MOMENT),
        sa.Column("is_removed", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )
    op.create_index("uploads_owner_id_id_idx", "uploads", ["owner_id", "id"])
    op.create_index("uploads_expires_at_idx", "uploads", ["expires_at"])
    _extend_imports()
    op.create_table(
        "import_findings",
        sa.Column(
            "import_id", _ID, sa.ForeignKey("question_imports.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "staged_items",
        sa.Column(
            "import_id", _ID, sa.ForeignKey("question_imports.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("content", JSONB, nullable=False),
    )
    _create_media()
    op.execute(_FINDINGS.format(kind="REFUSED", name="refused", behind=0))
    op.execute(_FINDINGS.format(kind="LOST", name="losses", behind=1 << 40))


def downgrade() -> None:
    op.drop_table("question_media")
    op.drop_table("media")
    op.drop_table("staged_items")
    op.drop_table("import_findings")
    op.execute("DELETE FROM question_imports WHERE report IS NULL")
    op.alter_column("question_imports", "report", nullable=False)
    for index in ("author_id_id", "file_hash", "upload_id", "workflow_id"):
        op.drop_index(f"question_imports_{index}_idx", "question_imports")
    for column in reversed(_later()):
        op.drop_column("question_imports", column.name)
    op.drop_table("uploads")


def _extend_imports() -> None:
    """Add what is known of an import, and fill it for those that were done."""
    for column in _later():
        op.add_column("question_imports", column)
    for name, table in (("upload_id", "uploads"), ("workflow_id", "workflows")):
        op.create_foreign_key(
            f"question_imports_{name}_fkey", "question_imports", table, [name], ["id"], ondelete="SET NULL"
        )
    op.alter_column("question_imports", "report", nullable=True)
    op.execute(
        """
        UPDATE question_imports SET format = report->>'format', content_hash = report->>'content_hash',
            outcome = report->>'outcome', accepted = (report->>'accepted')::int, finished_at = imported_at,
            refused_count = jsonb_array_length(report->'refused'),
            loss_count = jsonb_array_length(report->'losses'),
            kind = CASE WHEN report->>'format' IN ('gift', 'questpath-questions/1') THEN 'QUESTIONS'
                ELSE 'ROADMAP' END"""
    )
    op.create_index("question_imports_author_id_id_idx", "question_imports", ["author_id", "id"])
    for name, columns in (
        ("file_hash", ["author_id", "file_hash"]),
        ("upload_id", ["upload_id"]),
        ("workflow_id", ["workflow_id"]),
    ):
        op.create_index(
            f"question_imports_{name}_idx",
            "question_imports",
            columns,
            postgresql_where=sa.text(f"{name} IS NOT NULL"),
        )


def _create_media() -> None:
    op.create_table(
        "media",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("author_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("sha256", _ID, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("author_id", "sha256", name="media_author_id_sha256_key"),
    )
    op.create_index("media_sha256_idx", "media", ["sha256"])
    op.create_table(
        "question_media",
        sa.Column("question_id", _ID, sa.ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("media_id", _ID, sa.ForeignKey("media.id"), nullable=False),
        sa.Column("position", sa.SmallInteger, primary_key=True, autoincrement=False),
    )
    op.create_index("question_media_media_id_idx", "question_media", ["media_id"])


def _later() -> list[sa.Column[Any]]:
    """Return what is added to an import."""
    return [
        sa.Column("kind", sa.Text, nullable=False, server_default=sa.text("'QUESTIONS'")),
        sa.Column("filename", sa.Text),
        sa.Column("format", sa.Text),
        sa.Column("encoding", sa.Text),
        sa.Column("content_hash", sa.Text),
        sa.Column("file_hash", sa.Text),
        sa.Column("options", JSONB),
        sa.Column("outcome", sa.Text),
        sa.Column("accepted", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("refused_count", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("loss_count", sa.Integer, nullable=False, server_default=_ZERO),
        sa.Column("progress", sa.SmallInteger, nullable=False, server_default=sa.text("100")),
        sa.Column("note", sa.Text),
        sa.Column("upload_id", _ID),
        sa.Column("workflow_id", _ID),
        sa.Column("finished_at", _MOMENT),
    ]
