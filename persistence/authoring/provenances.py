"""Provenance of questions in Postgres."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ARRAY, Boolean, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.authoring.stores.provenances import Provenance
from domain.ids import QuestionId, UserId
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.accounts.users import IS_JUDGE

_COLUMNS = f"""p.lineage_id, p.generation_id, p.model, p.prompt, p.prompt_version, p.generated_at, p.reviewed_at,
        CASE WHEN q.author_id = :viewer_id OR :sees_all AND {IS_JUDGE} THEN p.reviewed_by_id END"""
_ADD = Statement(
    text("""
    INSERT INTO question_provenances (lineage_id, generation_id, model, prompt, prompt_version, generated_at)
    SELECT lineage_id, generation_id, model, prompt, prompt_version, generated_at
    FROM jsonb_to_recordset(:rows) AS given (
        lineage_id text, generation_id text, model text, prompt text, prompt_version smallint,
        generated_at timestamptz
    ) ON CONFLICT (lineage_id) DO NOTHING
    """).bindparams(bindparam("rows", type_=JSONB))
)
_BY_QUESTIONS = Statement(
    text(
        f"""
    SELECT q.id, {_COLUMNS} FROM questions q JOIN question_provenances p ON p.lineage_id = q.lineage_id
    WHERE q.id = ANY (:ids)
    """  # noqa: S608 - names of columns
    ).bindparams(
        bindparam("ids", type_=ARRAY(ID)),
        bindparam("viewer_id", type_=ID),
        bindparam("sees_all", type_=Boolean),
    )
)
_REVIEW = Statement(
    text("""
    UPDATE question_provenances p SET reviewed_at = :now, reviewed_by_id = :by FROM questions q
    WHERE q.id = :question_id AND p.lineage_id = q.lineage_id AND p.reviewed_at IS NULL
    """).bindparams(
        bindparam("question_id", type_=ID), bindparam("by", type_=ID), bindparam("now", type_=MOMENT)
    )
)


_provenance: Callable[..., Provenance] = Provenance


class SqlProvenances:
    """Provenance in the table `question_provenances`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, new: Sequence[Provenance]) -> None:
        """Insert rows in one statement."""
        if new:
            rows = [asdict(each) | {"generated_at": each.generated_at.isoformat()} for each in new]
            for row in rows:
                del row["reviewed_at"], row["reviewed_by_id"]
            await self._connection.run(_ADD, rows=rows)

    async def by_questions(
        self, ids: Sequence[QuestionId], *, viewer_id: UserId | None, sees_all: bool
    ) -> list[Provenance | None]:
        """Return one slot per question; versions of one question share a row."""
        rows = await self._connection.rows(
            _BY_QUESTIONS, ids=list(ids), viewer_id=viewer_id, sees_all=sees_all
        )
        found = {row[0]: _provenance(*row[1:]) for row in rows}
        return [found.get(id_) for id_ in ids]

    async def review(self, question_id: QuestionId, *, by: UserId, now: datetime) -> bool:
        """Mark the row of a question as reviewed, once."""
        return bool(await self._connection.run(_REVIEW, question_id=question_id, by=by, now=now))
