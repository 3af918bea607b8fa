"""An index that finds the other versions of a question: those of the same author, exam type and name."""

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "questions_author_id_exam_type_id_name_idx", "questions", ["author_id", "exam_type_id", "name"]
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("questions_author_id_exam_type_id_name_idx", "questions")
