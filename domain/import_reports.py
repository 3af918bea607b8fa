"""Reports of imports that were done, kept so that the same request gets the same answer."""

from datetime import datetime
from typing import Protocol

from domain.ids import ImportId, UserId
from domain.import_findings import ImportReport


class ImportReports(Protocol):
    """Reports by id; an author sees their own."""

    async def add(self, id: ImportId, report: ImportReport, *, author_id: UserId, now: datetime) -> None:
        """Keep a report."""

    async def by_id(self, id: ImportId, *, author_id: UserId) -> ImportReport | None:
        """Return a report of this author."""
