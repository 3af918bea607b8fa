"""Questions in Postgres, with their keys in a separate table that only grading and answer reveal read."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from sqlalchemy import ARRAY, Table, Text, any_, bindparam, func, select
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import JSONB, insert

from domain.content.answer_keys import AnswerKey
from domain.content.answers import Blank, BlankKind, MatchingPrompt, Option
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty, NewQuestion, Question
from domain.ids import QuestionId, UserId
from persistence.content.key_columns import key_parts, key_row, part_keys
from persistence.database import SqlConnection
from persistence.statements import ID, Statement, by_key, columns_for
from persistence.tables.content.questions import question_keys, questions

_as_question: Callable[..., Question] = Question
_as_key: Callable[..., AnswerKey] = AnswerKey
_BLANKS = {kind.value: kind for kind in BlankKind}
_FORMATS = {each.value: each for each in PromptFormat}
_KINDS = {kind.value: kind for kind in QuestionKind}
_DIFFICULTIES = {difficulty.value: difficulty for difficulty in Difficulty}
question_columns = columns_for(Question, questions)
key_columns = columns_for(AnswerKey, question_keys)


def question_of(*columns: Any) -> Question:
    """Build a question from `question_columns`."""
    id_, exam_type_id, domain_id, kind, difficulty, prompt, options, all_or_nothing, *parts = columns
    prompts, blanks, prompt_format = parts
    return _as_question(
        id_,
        exam_type_id,
        domain_id,
        _KINDS[kind],
        _DIFFICULTIES[difficulty],
        prompt,
        _options(options),
        all_or_nothing,
        [MatchingPrompt(number=p["number"], text=p["text"]) for p in prompts] if prompts else [],
        [_blank(blank) for blank in blanks] if blanks else [],
        _FORMATS[prompt_format],
    )


def _options(stored: list[dict[str, Any]]) -> list[Option]:
    return [Option(id=o["id"], text=o["text"]) for o in stored]


def _blank(stored: dict[str, Any]) -> Blank:
    return Blank(number=stored["number"], takes=_BLANKS[stored["takes"]], options=_options(stored["options"]))


def key_of(*columns: Any) -> AnswerKey:
    """Build a key from `key_columns`."""
    question_id, *right, explanation, option_feedback, parts = columns
    return _as_key(question_id, *key_parts(*right), explanation, option_feedback, part_keys(parts))


_OF_VERSIONS = {"version", "replaced_by_id", "made_ms"}
"""Columns that a new question leaves to their defaults."""


def _bulk_insert(table: Table) -> Any:
    """Return an INSERT of all rows of one JSON parameter, so that a file of any length is one statement."""
    given = [c for c in table.c if c.name not in _OF_VERSIONS]
    rows = (
        func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
        .table_valued(*(sql_column(c.name, _bare(c.type)) for c in given))
        .render_derived(with_types=True)
    )
    return insert(table).from_select([c.name for c in given], select(*rows.c))


def _bare(kind: Any) -> Any:
    """Return the type without its collation, which a column definition list does not allow."""
    if isinstance(kind, ARRAY):
        return ARRAY(Text)
    return Text() if isinstance(kind, Text) else kind


_BY_IDS = Statement(
    select(*question_columns).where(questions.c.id == any_(bindparam("ids", type_=ARRAY(ID)))), question_of
)
_KEYS_BY_IDS = Statement(
    select(*key_columns).where(question_keys.c.question_id == any_(bindparam("ids", type_=ARRAY(ID)))), key_of
)
_NAMES_BY_IDS = Statement(
    select(questions.c.id, questions.c.name)
    .where(questions.c.author_id == bindparam("author_id"))
    .where(questions.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
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

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def by_ids(self, ids: list[QuestionId]) -> list[Question | None]:
        """Return one slot per id, in their order."""
        return by_key(ids, await self._connection.all(_BY_IDS, ids=ids), lambda question: question.id)

    async def keys_by_ids(self, ids: list[QuestionId]) -> list[AnswerKey | None]:
        """Return one key per id, in their order."""
        return by_key(ids, await self._connection.all(_KEYS_BY_IDS, ids=ids), lambda key: key.question_id)

    async def names_by_ids(self, ids: list[QuestionId], *, author_id: UserId) -> list[str | None]:
        """Return one slot per id, in their order."""
        rows = await self._connection.rows(_NAMES_BY_IDS, ids=ids, author_id=author_id)
        found: dict[QuestionId, str] = {row[0]: row[1] for row in rows}
        return [found.get(known) for known in ids]

    async def ids_by_hashes(self, hashes: list[str], *, author_id: UserId) -> list[QuestionId | None]:
        """Return one slot per content hash, in their order."""
        rows = await self._connection.rows(_IDS_BY_HASHES, hashes=hashes, author_id=author_id)
        found: dict[str, QuestionId] = {row[0]: row[1] for row in rows}
        return [found.get(known) for known in hashes]

    async def add(self, new: list[NewQuestion]) -> list[QuestionId]:
        """Insert new questions with their keys; existing ones stay unchanged.

        Rows are inserted in order of hash, so that concurrent imports of the same questions cannot deadlock.
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
        "prompt_format": question.prompt_format.value,
        "options": _option_rows(question.options),
        "prompts": [{"number": p.number, "text": p.text} for p in question.prompts] or None,
        "blanks": [
            {"number": b.number, "takes": b.takes.value, "options": _option_rows(b.options)}
            for b in question.blanks
        ]
        or None,
        "author_id": new.author_id,
        "name": new.name,
        "content_hash": new.content_hash,
        "lineage_id": question.id,
    }


def _option_rows(options: list[Option]) -> list[dict[str, str]]:
    return [{"id": o.id, "text": o.text} for o in sorted(options, key=lambda o: o.id)]


def _key_row(key: AnswerKey) -> dict[str, Any]:
    row = {f.name: getattr(key, f.name) for f in fields(AnswerKey)}
    return row | key_row(key)
