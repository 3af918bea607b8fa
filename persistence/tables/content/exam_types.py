"""Tables of exam types and their domains."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, SmallInteger, Table, Text, UniqueConstraint

from persistence.statements import ID, id_column, metadata

exam_types = Table(
    "exam_types",
    metadata,
    id_column(),
    Column("code", Text(collation="C"), nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("author_id", ID, ForeignKey("users.id", ondelete="SET NULL"), index=True),
    UniqueConstraint("code"),
)


exam_domains = Table(
    "exam_domains",
    metadata,
    id_column(),
    Column("exam_type_id", ID, ForeignKey("exam_types.id", ondelete="CASCADE"), nullable=False),
    Column("code", Text(collation="C"), nullable=False),
    Column("name", Text, nullable=False),
    Column("weight", SmallInteger, nullable=False),
    UniqueConstraint("exam_type_id", "code"),
    CheckConstraint("weight BETWEEN 0 AND 100", name="weight"),
)
