"""Quality of questions in Postgres: their reports, totals and suspensions in one row."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Boolean, Integer, Text, bindparam, column, func, or_, select, text

from domain.ids import QuestionId, QuizId, UserId
from domain.paging import Page, Window
from domain.quality.question_quality import (
    FLAGGED_FROM,
    QualityFilter,
    QuestionQuality,
    QuestionSuspension,
    QuizCounts,
)
from persistence.content.questions import question_columns, question_of
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.quality.hidden_questions import HIDDEN, hides, same_question
from persistence.quality.items import totals_columns, totals_of
from persistence.statements import ID, MOMENT, Statement, by_key
from persistence.tables.accounts.users import IS_JUDGE
from persistence.tables.content.provenances import is_unreviewed

_QUESTION = len(question_columns)
_names = [
    *(f"q.{c.name}" for c in question_columns),
    "q.author_id",
    "f.flag_count",
    "f.incorrect_count",
    "s.suspended_at",
    "s.reason",
    *(f"t.{c.name}" for c in totals_columns),
]
_ALIASES = [name.replace(".", "_") for name in _names]
_COLUMNS = ", ".join(f"{name} AS {alias}" for name, alias in zip(_names, _ALIASES, strict=True))
_REPORTED = f"""
    SELECT count(DISTINCT coalesce(r.reporter_id, r.id))::int AS flag_count,
        (count(DISTINCT coalesce(r.reporter_id, r.id)) FILTER (WHERE r.kind = 'INCORRECT'))::int AS incorrect_count
    FROM questions v JOIN question_reports r ON r.question_id = v.id
    WHERE {same_question("v", "q")} AND r.state = 'PENDING'"""  # noqa: S608 - names of columns
_ROWS = f"""
    FROM questions q CROSS JOIN LATERAL ({_REPORTED}) f
    LEFT JOIN question_suspensions s ON s.question_id = q.id LEFT JOIN item_totals t ON t.question_id = q.id"""
# Of a question with open reports the newest version is shown, of a suspended one the version that is suspended.
_LISTED = f"""
    SELECT n.id FROM question_reports r JOIN questions q ON q.id = r.question_id CROSS JOIN LATERAL (
        SELECT v.id FROM questions v WHERE {same_question("v", "q")}
        ORDER BY v.replaced_by_id IS NULL DESC, v.made_ms DESC, v.id DESC LIMIT 1
    ) n WHERE r.state = 'PENDING'
    UNION SELECT question_id FROM question_suspensions"""  # noqa: S608 - names of columns
_viewer = bindparam("viewer_id", type_=ID)


def _quality(*columns: Any) -> QuestionQuality:
    author_id, flag_count, incorrect_count, suspended_at, reason, *totals = columns[_QUESTION:]
    return QuestionQuality(
        question=question_of(*columns[:_QUESTION]),
        author_id=author_id,
        flag_count=flag_count,
        incorrect_count=incorrect_count,
        suspension=None
        if suspended_at is None
        else QuestionSuspension(suspended_at=suspended_at, reason=reason),
        totals=None if totals[0] is None else totals_of(*totals),
    )


_BY_IDS = Statement(
    text(f"""
    WITH {HIDDEN} SELECT {_COLUMNS} {_ROWS} WHERE q.id = ANY (:ids) AND NOT {hides("q")}
    AND (q.author_id = :viewer_id OR :sees_all AND {IS_JUDGE})
    """).bindparams(_viewer, bindparam("ids", type_=ARRAY(ID)), bindparam("sees_all", type_=Boolean)),
    _quality,
)
_types = [*question_columns, column("a", ID), column("f", Integer), column("i", Integer)]
_types += [column("s", MOMENT), column("r", Text), *totals_columns]
_listed = (
    text(f"WITH {HIDDEN} SELECT {_COLUMNS} {_ROWS} WHERE q.id IN ({_LISTED}) AND NOT {hides('q')}")
    .bindparams(_viewer)
    .columns(*(column(alias, c.type) for alias, c in zip(_ALIASES, _types, strict=True)))
    .subquery("listed")
)
_flagged, _suspended = bindparam("flagged", type_=Boolean), bindparam("suspended", type_=Boolean)
_exam_type, _difficulty = bindparam("exam_type_id", type_=ID), bindparam("difficulty", type_=Text)
_words = bindparam("query", type_=Text)
_MOST_REPORTED: Pages[QuestionQuality] = Pages(
    select(*_listed.c)
    .where(
        or_(
            _flagged.is_(None), (_listed.c.f_flag_count >= bindparam("from_count", type_=Integer)) == _flagged
        )
    )
    .where(or_(_suspended.is_(None), _listed.c.s_suspended_at.is_not(None) == _suspended))
    .where(or_(_exam_type.is_(None), _listed.c.q_exam_type_id == _exam_type))
    .where(or_(_difficulty.is_(None), _listed.c.q_difficulty == _difficulty))
    .where(or_(_words.is_(None), func.strpos(func.lower(_listed.c.q_prompt), func.lower(_words)) > 0)),
    order=[_listed.c.f_flag_count, _listed.c.q_id],
    descending=True,
    make=_quality,
    key_of=lambda quality: (quality.flag_count, quality.question_id),
    name="questionQuality",
)
_id = bindparam("question_id", type_=ID)
_LOCK = Statement(
    text("SELECT author_id FROM questions WHERE id = :question_id FOR NO KEY UPDATE").bindparams(_id)
)
_SUSPEND = Statement(
    text("""
    INSERT INTO question_suspensions (question_id, suspended_by_id, suspended_at, reason)
    VALUES (:question_id, :suspended_by, :suspended_at, :reason) ON CONFLICT (question_id) DO NOTHING
    """).bindparams(
        _id,
        bindparam("suspended_by", type_=ID),
        bindparam("suspended_at", type_=MOMENT),
        bindparam("reason", type_=Text),
    )
)
_RESUME = Statement(text("DELETE FROM question_suspensions WHERE question_id = :question_id").bindparams(_id))
_COUNTS_OF = Statement(
    text(f"""
    SELECT p.quiz_id, count(s.question_id)::int, count(*) FILTER (WHERE {is_unreviewed("q.lineage_id")})::int
    FROM quiz_questions p JOIN questions q ON q.id = p.question_id
    LEFT JOIN question_suspensions s ON s.question_id = p.question_id
    WHERE p.quiz_id = ANY (:ids) GROUP BY p.quiz_id
    """).bindparams(bindparam("ids", type_=ARRAY(ID)))  # noqa: S608 - a condition of our own
)


class SqlQuestionQualities:
    """Suspensions in `question_suspensions`; the rest is read from questions, reports and totals."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def by_ids(
        self, ids: Sequence[QuestionId], *, viewer_id: UserId, sees_all: bool
    ) -> list[QuestionQuality | None]:
        """Return one slot per id; the statement itself looks at the roles of the viewer."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id, sees_all=sees_all)
        return by_key(ids, found, lambda quality: quality.question_id)

    async def page(self, window: Window, *, viewer_id: UserId, asked: QualityFilter) -> Page[QuestionQuality]:
        """Return the questions with open reports and the suspended ones, most reporters first."""
        return await _MOST_REPORTED.read(
            self._connection,
            window,
            viewer_id=viewer_id,
            flagged=asked.flagged,
            suspended=asked.suspended,
            exam_type_id=asked.exam_type_id,
            difficulty=asked.difficulty and asked.difficulty.value,
            query=asked.query,
            from_count=FLAGGED_FROM,
        )

    async def lock(self, question_id: QuestionId) -> UserId | None:
        """Lock the row of a question; return its author."""
        author_id: UserId | None = await self._connection.value(_LOCK, question_id=question_id)
        return author_id

    async def suspend(self, question_id: QuestionId, suspension: QuestionSuspension, *, by: UserId) -> bool:
        """Insert a suspension, unless there is one."""
        return bool(
            await self._connection.run(
                _SUSPEND,
                question_id=question_id,
                suspended_by=by,
                suspended_at=suspension.suspended_at,
                reason=suspension.reason,
            )
        )

    async def resume(self, question_id: QuestionId) -> bool:
        """Delete a suspension."""
        return bool(await self._connection.run(_RESUME, question_id=question_id))

    async def counts_of(self, ids: Sequence[QuizId]) -> list[QuizCounts]:
        """Return one object for each quiz."""
        rows = await self._connection.rows(_COUNTS_OF, ids=list(ids))
        found = {row[0]: QuizCounts(suspended=row[1], unreviewed=row[2]) for row in rows}
        return [found.get(id_, QuizCounts(suspended=0, unreviewed=0)) for id_ in ids]
