"""Printing: what writes PDF files, and where files are."""

from collections.abc import Sequence
from typing import Protocol

from domain.entities import entity
from domain.ids import PrintoutId
from domain.printouts.documents import Document
from domain.printouts.printouts import PrintedFile


class PdfPrinter(Protocol):
    """Writes documents as PDF."""

    async def print(self, document: Document) -> PrintedFile:
        """Return the file; raises DocumentTooLongError or PrintingFailedError."""


class PrintoutFiles(Protocol):
    """The files of printouts, on a disk that all processes of the platform share."""

    def keep(self, printout_id: PrintoutId, content: bytes) -> None:
        """Write a file; one that is there is replaced at once."""

    def remove(self, ids: Sequence[PrintoutId]) -> None:
        """Remove files; those that are gone are no error."""


@entity
class Printing:
    """What printouts are made with."""

    pdf: PdfPrinter
    files: PrintoutFiles
