"""Import handlers: what runs the steps of a large import, and what removes files."""

from typing import Any, BinaryIO

from domain.acts import Act
from domain.imports.runs import import_jobs
from domain.imports.runs.import_jobs import ImportArguments
from domain.imports.runs.imports import Import
from domain.jobs.job_kinds import NoArguments
from domain.media.media import UNUSED_KEPT
from domain.uploads import upload_requests
from domain.work import Work
from gateway.imports.import_steps import ImportSteps
from gateway.jobs.handlers import Handlers, InSteps, InTransaction, JobContext

_MOST_IMAGES = 1_000
"""How many images one run removes."""


def _steps(context: JobContext, arguments: ImportArguments) -> ImportSteps:
    ports = context.ports
    return ImportSteps(
        import_id=arguments.import_id,
        open_work=context.open_work,
        open_file=lambda known: _opened(context, known),
        now=ports.now,
        mint=ports.mint,
        media_files=ports.media_files,
        report=context.report,
    )


def _opened(context: JobContext, known: Import) -> BinaryIO:
    if known.upload_id is None:
        raise FileNotFoundError
    return context.ports.upload_files.open(known.upload_id)


async def check_import(context: JobContext, arguments: ImportArguments) -> dict[str, Any]:
    """Tell what a file is."""
    return {"outcome": await _steps(context, arguments).check()}


async def stage_import(context: JobContext, arguments: ImportArguments) -> dict[str, Any]:
    """Read a file into rows."""
    return {"outcome": await _steps(context, arguments).stage()}


async def keep_import(context: JobContext, arguments: ImportArguments) -> dict[str, Any]:
    """Store what was read; one that was committed before does nothing when it runs again."""
    return {"outcome": await _steps(context, arguments).keep()}


async def report_import(work: Work, _act: Act, arguments: ImportArguments) -> dict[str, Any]:
    """Count what came of an import."""
    found = await work.imports.find(arguments.import_id)
    if found is None:
        return {"outcome": import_jobs.ENDED}
    known, _ = found
    return {
        "outcome": known.outcome.value if known.outcome else import_jobs.ENDED,
        "accepted": known.accepted,
        "refused": known.refused_count,
        "losses": known.loss_count,
    }


async def tidy_files(context: JobContext, _arguments: NoArguments) -> dict[str, Any]:
    """Remove files of uploads that have expired, and end imports that broke off."""
    ports = context.ports
    removed = await upload_requests.tidy(context.open_work, ports.upload_files, context.act())
    now = ports.now()
    async with context.open_work() as work:
        ended = await work.imports.give_up(begun_before=now - import_jobs.GIVEN_UP_AFTER, now=now)
    names = []
    async with context.open_work() as work:
        names = await work.media.remove_unused(before=now - UNUSED_KEPT, most=_MOST_IMAGES)
        ports.media_files.remove(names)
    return {"uploads": removed, "imports": ended, "images": len(names)}


HANDLERS: Handlers = {
    import_jobs.CHECK.name: InSteps(check_import),
    import_jobs.STAGE.name: InSteps(stage_import),
    import_jobs.KEEP.name: InSteps(keep_import),
    import_jobs.REPORT.name: InTransaction(report_import),
    import_jobs.TIDY_FILES.name: InSteps(tidy_files),
}
"""The handlers of imports, by the names of their kinds."""
