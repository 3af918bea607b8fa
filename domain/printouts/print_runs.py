"""Print runs: the steps of the job that makes a file, and the removal of files that are not kept any more."""

from datetime import timedelta

from domain.acts import Act
from domain.errors import NotFoundError
from domain.ids import PrintoutId
from domain.printouts import documents, markdown_writer, targets
from domain.printouts.documents import Document, DocumentTooLongError
from domain.printouts.printers import Printing, PrintoutFiles
from domain.printouts.printouts import (
    KEPT,
    LARGEST_FILE,
    PrintedFile,
    PrintFormat,
    Printout,
)
from domain.printouts.readings import Reading
from domain.printouts.work import PrintoutsWork
from domain.unit_of_work import OpenUnitOfWork

MADE, NOT_WANTED = "MADE", "NOT_WANTED"
"""The outcomes: the file is there, or the printout is gone or was given up."""
ROWS_KEPT = timedelta(days=30)
"""How long it is known that something was printed."""
_AT_ONCE = 500


async def compose(work: PrintoutsWork, act: Act, printout: Printout, *, api_url: str) -> Document:
    """Compose the document as its user sees it now; raises NotFoundError or DocumentTooLongError."""
    reading = Reading(viewer_id=printout.user_id, now=act.now, api_url=api_url)
    document = await targets.compose(work, printout.target_id, reading)
    if document is None:
        raise NotFoundError("What was to be printed is gone, or is not shown to you any more.")
    documents.check_length(document)
    return document


async def write(printing: Printing, document: Document, format: PrintFormat) -> PrintedFile:
    """Write the document in a format; raises DocumentTooLongError or PrintingFailedError."""
    if format is PrintFormat.PDF:
        file = await printing.pdf.print(document)
    else:
        file = PrintedFile(content=markdown_writer.written(document).encode(), pages=None)
    if len(file.content) > LARGEST_FILE:
        raise DocumentTooLongError(
            f"The file has more than {LARGEST_FILE // 1_000_000} MB; print a part of it."
        )
    return file


async def complete(work: PrintoutsWork, act: Act, printout_id: PrintoutId, file: PrintedFile) -> bool:
    """Note that the file is there; False where it is not waited for any more."""
    return await work.printouts.complete(printout_id, file, now=act.now, expires_at=act.now + KEPT)


async def fail(work: PrintoutsWork, act: Act, printout_id: PrintoutId, failure: str) -> None:
    """Note why there will be no file."""
    await work.printouts.fail(printout_id, failure=failure, now=act.now, expires_at=act.now + KEPT)


async def tidy(open_work: OpenUnitOfWork[PrintoutsWork], files: PrintoutFiles, act: Act) -> int:
    """Remove files that are not kept any more, and rows of long ago; return how many printouts had one.

    A file is removed before that is noted: a run that is cut off leaves a note to make, and no file without a row.
    """
    removed = 0
    while True:
        async with open_work() as work:
            ids = await work.printouts.expired(now=act.now, most=_AT_ONCE)
            files.remove(ids)
            await work.printouts.note_removed(ids)
        removed += len(ids)
        if len(ids) < _AT_ONCE:
            break
    async with open_work() as work:
        await work.printouts.forget(before=act.now - ROWS_KEPT)
    return removed
