"""Table of the provenance of generated questions: model, prompt, and who has reviewed them."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, SmallInteger, Table, Text, text

from persistence.statements import ID, MOMENT, metadata

question_provenances = Table(
    "question_provenances",
    metadata,
    Column("lineage_id", ID, ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
    Column("generation_id", ID, index=True),
    Column("model", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("prompt_version", SmallInteger, nullable=False),
    Column("generated_at", MOMENT, nullable=False),
    Column("reviewed_at", MOMENT),
    Column("reviewed_by_id", ID, ForeignKey("users.id", ondelete="SET NULL")),
    CheckConstraint("reviewed_by_id IS NULL OR reviewed_at IS NOT NULL", name="reviewed"),
    Index(
        "question_provenances_reviewed_by_id_idx",
        "reviewed_by_id",
        postgresql_where=text("reviewed_by_id IS NOT NULL"),
    ),
)
"""A row is of all versions of a question; a question without one was written by a human."""


def is_unreviewed(lineage_id: str) -> str:
    """Return the condition that a question, by its lineage, was generated and no human has reviewed it."""
    return f"""EXISTS (
        SELECT FROM question_provenances unseen WHERE unseen.lineage_id = {lineage_id} AND unseen.reviewed_at IS NULL
    )"""
