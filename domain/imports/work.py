"""The stores of imports."""

from typing import Protocol

from domain.content.work import ContentWork
from domain.imports.reports import ImportReports
from domain.imports.runs.imports import Imports
from domain.media.work import MediaWork
from domain.uploads.work import UploadsWork
from domain.workflows.work import AdvancingWork


class ImportsWork(AdvancingWork, MediaWork, ContentWork, UploadsWork, Protocol):
    """The stores that verbs of imports reach."""

    @property
    def import_reports(self) -> ImportReports:
        """Reports of the imports that were done."""

    @property
    def imports(self) -> Imports:
        """Imports with their findings, and what was staged for them."""
