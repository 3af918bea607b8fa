"""Questions in Postgres, and their keys in a table of their own, which grading and revealing alone read."""

from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ForeignKey,
    Table,
    Text,
    UniqueConstraint,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import JSONB, insert

from domain.ids import QuestionId, UserId
from domain.questions import (
    AcceptedNumber,
    AcceptedText,
    AnswerKey,
    Difficulty,
    NewQuestion,
    Option,
    Question,
    QuestionKind,
)
from persistence.base import ID, Statement, by_key, columns_for, id_column, metadata
from persistence.engine import Connection

questions = Table(
    "questions",
    metadata,
    id_column(),
    Column("exam_type_id", ID, ForeignKey("exam_types.id"), nullable=False, index=True),
    Column("domain_id", ID, ForeignKey("exam_domains.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("difficulty", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("options", JSONB, nullable=False),
    Column("all_or_nothing", Boolean, nullable=False),
    Column("author_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("content_hash", Text(collation="C"), nullable=False),
    UniqueConstraint("author_id", "content_hash"),
)
question_keys = Table(
    "question_keys",
    metadata,
    Column("question_id", ID, ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
    Column("correct_options", ARRAY(ID), nullable=False),
    Column("truth", Boolean),
    Column("texts", JSONB, nullable=False),
    Column("numbers", JSONB, nullable=False),
    Column("explanation", Text, nullable=False),
    Column("option_feedback", JSONB, nullable=False),
)


_as_question: Callable[..., Question] = Question
_as_key: Callable[..., AnswerKey] = AnswerKey
_KINDS = {kind.value: kind for kind in QuestionKind}
_DIFFICULTIES = {difficulty.value: difficulty for difficulty in Difficulty}
question_columns = columns_for(Question, questions)
key_columns = columns_for(AnswerKey, question_keys)


def question_of(*columns: Any) -> Question:
    """Build a question from `question_columns`."""
    id_, exam_type_id, domain_id, kind, difficulty, prompt, options, all_or_nothing = columns
    return _as_question(
        id_,
        exam_type_id,
        domain_id,
        _KINDS[kind],
        _DIFFICULTIES[difficulty],
        prompt,
        [Option(id=o["id"], text=o["text"]) for o in options],
        all_or_nothing,
    )


def key_of(*columns: Any) -> AnswerKey:
    """Build a key from `key_columns`."""
    question_id, correct_options, truth, texts, numbers, explanation, option_feedback = columns
    return _as_key(
        question_id,
        frozenset(correct_options),
        truth,
        [AcceptedText(text=t["text"], weight=t["weight"]) for t in texts],
        [AcceptedNumber(low=Decimal(n["low"]), high=Decimal(n["high"]), weight=n["weight"]) for n in numbers],
        explanation,
        option_feedback,
    )


def _bulk_insert(table: Table) -> Any:
    """Write an INSERT of all rows of one JSON document, so that a file of any length is one statement."""
    rows = (
        func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
        .table_valued(*(sql_column(c.name, _bare(c.type)) for c in table.c))
        .render_derived(with_types=True)
    )
    return insert(table).from_select([c.name for c in table.c], select(*rows.c))


def _bare(kind: Any) -> Any:
    """Return the type without its collation, which a column definition list does not take."""
    if isinstance(kind, ARRAY):
        return ARRAY(Text)
    return Text() if isinstance(kind, Text) else kind


_BY_IDS = Statement(
    select(*question_columns).where(questions.c.id == any_(bindparam("ids", type_=ARRAY(ID)))), question_of
)
_KEYS_BY_IDS = Statement(
    select(*key_columns).where(question_keys.c.question_id == any_(bindparam("ids", type_=ARRAY(ID)))),
    key_of,
)
_IDS_BY_HASHES = Statement(
    select(questions.c.content_hash, questions.c.id)
    .where(questions.c.author_id == bindparam("author_id"))
    .where(questions.c.content_hash == any_(bindparam("hashes", type_=ARRAY(ID))))
)
_ADD = Statement(
    _bulk_insert(questions)
    .on_conflict_do_nothing(constraint="questions_author_id_content_hash_key")
    .returning(questions.c.id)
)
_ADD_KEYS = Statement(_bulk_insert(question_keys))


class SqlQuestions:
    """Questions in the table `questions`, their keys in `question_keys`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def by_ids(self, ids: list[QuestionId]) -> list[Question | None]:
        """Return one slot per id, in their order."""
        return by_key(ids, await self._connection.all(_BY_IDS, ids=ids), lambda question: question.id)

    async def keys_by_ids(self, ids: list[QuestionId]) -> list[AnswerKey | None]:
        """Return one key per id, in their order."""
        return by_key(ids, await self._connection.all(_KEYS_BY_IDS, ids=ids), lambda key: key.question_id)

    async def ids_by_hashes(self, hashes: list[str], *, author_id: UserId) -> list[QuestionId | None]:
        """Return one slot per content hash, in their order."""
        rows = await self._connection.rows(_IDS_BY_HASHES, hashes=hashes, author_id=author_id)
        found: dict[str, QuestionId] = {row[0]: row[1] for row in rows}
        return [found.get(known) for known in hashes]

    async def add(self, new: list[NewQuestion]) -> list[QuestionId]:
        """Insert what is not there, with its keys; rows that are there stay as they are.

        Rows go in by hash, so that two files with the same questions wait for each other in one order.
        """
        if not new:
            return []
        rows = await self._connection.rows(_ADD, rows=[_question_row(n) for n in sorted(new, key=_hash)])
        added = {row[0] for row in rows}
        await self._connection.run(_ADD_KEYS, rows=[_key_row(n.key) for n in new if n.question.id in added])
        stored = await self.ids_by_hashes([n.content_hash for n in new], author_id=new[0].author_id)
        return [known for known in stored if known is not None]


def _hash(new: NewQuestion) -> str:
    return new.content_hash


def _question_row(new: NewQuestion) -> dict[str, Any]:
    question = new.question
    row = {f.name: getattr(question, f.name) for f in fields(Question)}
    return row | {
        "kind": question.kind.value,
        "difficulty": question.difficulty.value,
        "options": [{"id": o.id, "text": o.text} for o in sorted(question.options, key=lambda o: o.id)],
        "author_id": new.author_id,
        "name": new.name,
        "content_hash": new.content_hash,
    }


def _key_row(key: AnswerKey) -> dict[str, Any]:
    row = {f.name: getattr(key, f.name) for f in fields(AnswerKey)}
    return row | {
        "correct_options": sorted(key.correct_options),
        "texts": [{"text": t.text, "weight": t.weight} for t in key.texts],
        "numbers": [{"low": str(n.low), "high": str(n.high), "weight": n.weight} for n in key.numbers],
    }
