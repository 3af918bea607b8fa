"""The stores of imports."""

from typing import Protocol

from domain.content.work import ContentWork
from domain.imports.reports import ImportReports


class ImportsWork(ContentWork, Protocol):
    """The stores that verbs of imports reach."""

    @property
    def import_reports(self) -> ImportReports:
        """Reports of the imports that were done."""
