"""Reports on questions in Postgres."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, DateTime, Text, bindparam, column, or_, select, text

from domain.ids import QuestionId, QuestionReportId, UserId
from domain.paging import Page, Window
from domain.quality.question_reports import (
    Decision,
    QuestionReport,
    ReportFilter,
    ReportKind,
    ReportState,
)
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.quality.hidden_questions import HIDDEN, hides, same_question
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, by_key

_COLUMNS = """r.id, r.question_id, r.reporter_id, r.kind, r.comment, r.state, r.answer, r.created_at, r.decided_at,
        q.author_id"""
_report = maker(QuestionReport, kind=member_of(ReportKind), state=member_of(ReportState))
_viewer = bindparam("viewer_id", type_=ID)
_ids = bindparam("ids", type_=ARRAY(ID))
_question = bindparam("question_id", type_=ID)
_reporter = bindparam("reporter_id", type_=ID)
_JOINED = "question_reports r JOIN questions q ON q.id = r.question_id"
_OWN = f"""
    WITH {HIDDEN} SELECT {_COLUMNS} FROM {_JOINED} WHERE r.reporter_id = :viewer_id
    AND NOT (r.kind = 'INCORRECT' AND r.state <> 'PENDING' AND {hides("q")})"""  # noqa: S608 - parts of our own
"""What became of a report tells whether the key was right."""
_SEEN = f"""
    WITH {HIDDEN} SELECT {_COLUMNS} FROM {_JOINED} WHERE NOT (r.kind = 'INCORRECT' AND {hides("q")})"""  # noqa: S608 - parts of our own
_TYPES: list[Any] = [column(name, ID) for name in ("id", "question_id", "reporter_id")]
_TYPES += [column(name, Text) for name in ("kind", "comment", "state", "answer")]
_TYPES += [column(name, DateTime(timezone=True)) for name in ("created_at", "decided_at")]
_TYPES += [column("author_id", ID)]


def _pages(rows: str, name: str, *, descending: bool) -> Pages[QuestionReport]:
    """Return pages of reports, all or those of one state, one kind and one question."""
    reports = text(rows).bindparams(_viewer).columns(*_TYPES).subquery("reports")
    state, kind = bindparam("state", type_=Text), bindparam("kind", type_=Text)
    versions = (
        text(
            f"SELECT v.id FROM questions q JOIN questions v ON {same_question('v', 'q')} WHERE q.id = :question_id"  # noqa: S608
        )
        .bindparams(_question)
        .columns(column("id", ID))
        .subquery("versions")
    )
    return Pages(
        select(*reports.c)
        .where(or_(state.is_(None), reports.c.state == state))
        .where(or_(kind.is_(None), reports.c.kind == kind))
        .where(or_(_question.is_(None), reports.c.question_id.in_(select(versions.c.id)))),
        order=[reports.c.id],
        descending=descending,
        make=_report,
        key_of=lambda report: (report.id,),
        name=name,
    )


_OWN_PAGES = _pages(_OWN, "viewerReports", descending=True)
_QUEUE = _pages(_SEEN, "questionReports", descending=False)
_OWN_BY_IDS = Statement(text(f"{_OWN} AND r.id = ANY (:ids)").bindparams(_viewer, _ids), _report)
_LOCK = Statement(
    text(f"{_SEEN} AND r.id = ANY (:ids) ORDER BY r.id FOR UPDATE OF r").bindparams(_viewer, _ids), _report
)
_LOCK_AND_COUNT = (
    Statement(text("SELECT id FROM users WHERE id = :reporter_id FOR NO KEY UPDATE").bindparams(_reporter)),
    Statement(
        text(
            "SELECT count(*) FROM question_reports WHERE reporter_id = :reporter_id AND created_at > :since"
        ).bindparams(_reporter, bindparam("since", type_=MOMENT))
    ),
)
_OPEN = f"""
    FROM {_JOINED} JOIN questions a ON {same_question("q", "a")}
    WHERE a.id = :question_id AND r.state = 'PENDING'"""
_HAS_OPEN = Statement(
    text(f"SELECT r.id {_OPEN} AND r.reporter_id = :reporter_id LIMIT 1").bindparams(_question, _reporter)
)
_LIKE = Statement(
    text(f"SELECT {_COLUMNS} {_OPEN} AND r.kind = :kind ORDER BY r.id FOR UPDATE OF r").bindparams(
        _question, bindparam("kind", type_=Text)
    ),
    _report,
)
_ADD = Statement(
    text(f"""
    WITH r AS (
        INSERT INTO question_reports (id, question_id, reporter_id, kind, comment, state, created_at)
        VALUES (:id, :question_id, :reporter_id, :kind, :comment, 'PENDING', :created_at) RETURNING *
    ) SELECT {_COLUMNS} FROM r JOIN questions q ON q.id = r.question_id
    """).bindparams(  # noqa: S608 - names of columns
        bindparam("id", type_=ID),
        _question,
        _reporter,
        bindparam("kind", type_=Text),
        bindparam("comment", type_=Text),
        bindparam("created_at", type_=MOMENT),
    ),
    _report,
)
_WITHDRAW = Statement(
    text(f"""
    WITH r AS (
        DELETE FROM question_reports WHERE id = :id AND reporter_id = :reporter_id AND state = 'PENDING' RETURNING *
    ) SELECT {_COLUMNS} FROM r JOIN questions q ON q.id = r.question_id
    """).bindparams(bindparam("id", type_=ID), _reporter),  # noqa: S608 - names of columns
    _report,
)
_DECIDE = Statement(
    text(f"""
    WITH r AS (
        UPDATE question_reports SET state = :state, answer = :answer, decided_at = :decided_at,
            decided_by_id = :decided_by
        WHERE id = ANY (:ids) AND state = 'PENDING' RETURNING *
    ) SELECT {_COLUMNS} FROM r JOIN questions q ON q.id = r.question_id ORDER BY r.id
    """).bindparams(  # noqa: S608 - names of columns
        _ids,
        bindparam("state", type_=Text),
        bindparam("answer", type_=Text),
        bindparam("decided_at", type_=MOMENT),
        bindparam("decided_by", type_=ID),
    ),
    _report,
)
_REPORTER = Statement(
    text("SELECT reporter_id FROM question_reports WHERE id = :id").bindparams(bindparam("id", type_=ID))
)


class SqlQuestionReports:
    """Reports in the table `question_reports`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lock_and_count(self, reporter_id: UserId, *, since: datetime) -> int:
        """Lock the user's row, and count the reports since then."""
        lock, count = _LOCK_AND_COUNT
        await self._connection.run(lock, reporter_id=reporter_id)
        return int(await self._connection.value(count, reporter_id=reporter_id, since=since))

    async def has_open(self, question_id: QuestionId, *, reporter_id: UserId) -> bool:
        """Tell whether the user has an open report on any version of the question."""
        found = await self._connection.value(_HAS_OPEN, question_id=question_id, reporter_id=reporter_id)
        return found is not None

    async def add(self, report: QuestionReport) -> QuestionReport:
        """Insert a report."""
        added = await self._connection.first(
            _ADD,
            id=report.id,
            question_id=report.question_id,
            reporter_id=report.reporter_id,
            kind=report.kind.value,
            comment=report.comment,
            created_at=report.created_at,
        )
        assert added is not None  # noqa: S101 - INSERT ... RETURNING of one row
        return added

    async def withdraw(self, report_id: QuestionReportId, *, reporter_id: UserId) -> QuestionReport | None:
        """Delete an open report of the user's."""
        return await self._connection.first(_WITHDRAW, id=report_id, reporter_id=reporter_id)

    async def by_ids(
        self, ids: Sequence[QuestionReportId], *, reporter_id: UserId
    ) -> list[QuestionReport | None]:
        """Return the user's own reports, one slot per id."""
        found = await self._connection.all(_OWN_BY_IDS, ids=list(ids), viewer_id=reporter_id)
        return by_key(ids, found, lambda report: report.id)

    async def page(self, window: Window, *, reporter_id: UserId, asked: ReportFilter) -> Page[QuestionReport]:
        """Return the user's own reports, newest first."""
        return await _OWN_PAGES.read(self._connection, window, viewer_id=reporter_id, **_values(asked))

    async def queue(self, window: Window, *, viewer_id: UserId, asked: ReportFilter) -> Page[QuestionReport]:
        """Return the reports of all learners, oldest first."""
        return await _QUEUE.read(self._connection, window, viewer_id=viewer_id, **_values(asked))

    async def lock(
        self, ids: Sequence[QuestionReportId], *, viewer_id: UserId
    ) -> list[QuestionReport | None]:
        """Return reports and lock their rows, in the order of ids against deadlocks."""
        found = await self._connection.all(_LOCK, ids=list(ids), viewer_id=viewer_id)
        return by_key(ids, found, lambda report: report.id)

    async def like(self, report: QuestionReport) -> list[QuestionReport]:
        """Return and lock the open reports of the same kind on any version of the same question."""
        return await self._connection.all(_LIKE, question_id=report.question_id, kind=report.kind.value)

    async def decide(self, ids: Sequence[QuestionReportId], decision: Decision) -> list[QuestionReport]:
        """Store a decision about open reports."""
        return await self._connection.all(
            _DECIDE,
            ids=list(ids),
            state=decision.state.value,
            answer=decision.answer,
            decided_at=decision.decided_at,
            decided_by=decision.decided_by,
        )

    async def reporter_of(self, report_id: QuestionReportId) -> UserId | None:
        """Return who sent a report."""
        found: UserId | None = await self._connection.value(_REPORTER, id=report_id)
        return found


def _values(asked: ReportFilter) -> dict[str, Any]:
    return {
        "state": asked.state and asked.state.value,
        "kind": asked.kind and asked.kind.value,
        "question_id": asked.question_id,
    }
