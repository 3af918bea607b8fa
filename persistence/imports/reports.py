"""Reports of imports of texts in Postgres."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from domain.ids import ImportId, UserId
from domain.imports.reports import Finding, ImportKind, ImportOutcome, ImportReport
from domain.imports.runs.imports import FindingKind
from persistence.database import SqlConnection
from persistence.imports.import_statements import ADD_FINDINGS, finding_rows
from persistence.statements import Statement
from persistence.tables.imports.import_reports import question_imports


def _report(kept: dict[str, Any]) -> ImportReport:
    findings = {name: [Finding(**finding) for finding in kept[name]] for name in ("refused", "losses")}
    return ImportReport(**kept | findings | {"outcome": ImportOutcome(kept["outcome"])})


_NAMES = (
    "id",
    "author_id",
    "report",
    "begun_at",
    "kind",
    "format",
    "content_hash",
    "outcome",
    "accepted",
    "refused_count",
    "loss_count",
)
_ADD = Statement(
    insert(question_imports).values(
        {name: bindparam(name) for name in _NAMES} | {"finished_at": bindparam("begun_at")}
    )
)
_BY_ID = Statement(
    select(question_imports.c.report)
    .where(question_imports.c.id == bindparam("id"))
    .where(question_imports.c.author_id == bindparam("author_id")),
    _report,
)


class SqlImportReports:
    """Reports in the table `question_imports`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(
        self, id: ImportId, report: ImportReport, *, kind: ImportKind, author_id: UserId, now: datetime
    ) -> None:
        """Insert a report, and its findings as those of every import are listed."""
        await self._connection.run(
            _ADD,
            id=id,
            author_id=author_id,
            report=asdict(report) | {"outcome": report.outcome.value},
            begun_at=now,
            kind=kind.value,
            format=report.format,
            content_hash=report.content_hash,
            outcome=report.outcome.value,
            accepted=report.accepted,
            refused_count=len(report.refused),
            loss_count=len(report.losses),
        )
        rows = [
            *finding_rows(FindingKind.REFUSED, report.refused, first=0),
            *finding_rows(FindingKind.LOST, report.losses, first=0),
        ]
        if rows:
            await self._connection.run(ADD_FINDINGS, import_id=id, rows=rows)

    async def by_id(self, id: ImportId, *, author_id: UserId) -> ImportReport | None:
        """Return a report; the statement leaves out those of other authors."""
        return await self._connection.first(_BY_ID, id=id, author_id=author_id)
