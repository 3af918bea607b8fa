"""Reports of imports in Postgres."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from domain.ids import ImportId, UserId
from domain.imports.reports import Finding, ImportOutcome, ImportReport
from persistence.database import SqlConnection
from persistence.statements import Statement
from persistence.tables.imports.import_reports import question_imports


def _report(kept: dict[str, Any]) -> ImportReport:
    findings = {name: [Finding(**finding) for finding in kept[name]] for name in ("refused", "losses")}
    return ImportReport(**kept | findings | {"outcome": ImportOutcome(kept["outcome"])})


_ADD = Statement(insert(question_imports).values({c.name: bindparam(c.name) for c in question_imports.c}))
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

    async def add(self, id: ImportId, report: ImportReport, *, author_id: UserId, now: datetime) -> None:
        """Insert a report."""
        kept = asdict(report) | {"outcome": report.outcome.value}
        await self._connection.run(_ADD, id=id, author_id=author_id, report=kept, imported_at=now)

    async def by_id(self, id: ImportId, *, author_id: UserId) -> ImportReport | None:
        """Return a report; the statement leaves out those of other authors."""
        return await self._connection.first(_BY_ID, id=id, author_id=author_id)
