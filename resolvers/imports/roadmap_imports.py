"""Resolvers of roadmap imports."""

from domain.content.roadmaps import Roadmap, RoadmapVersion
from domain.entities import entity
from domain.feature_flags.flag_table import CONTENT_IMPORTS
from domain.ids import UploadId
from domain.imports import roadmap_files, roadmap_imports
from domain.imports.readers import RoadmapFileFormat
from domain.imports.reports import ImportKind, ImportReport
from domain.imports.runs.imports import Import, ImportOptions
from domain.refusals import all_at_once
from resolvers.context import Context
from resolvers.imports import imports


@entity
class RoadmapImported:
    """What came of a file that was imported at once, or the import of an upload that has begun."""

    report: ImportReport | None = None
    roadmap: Roadmap | None = None
    version: RoadmapVersion | None = None
    started: Import | None = None


async def import_roadmap(
    context: Context,
    *,
    idempotency_key: str,
    file: str | None = None,
    upload: UploadId | None = None,
    format: RoadmapFileFormat | None = None,
    dry_run: bool = False,
) -> RoadmapImported:
    """Import a file as a draft of the caller's: a text at once, an upload by a workflow."""
    context.ports.flags.require(CONTENT_IMPORTS, context.viewer)
    with all_at_once() as each:
        with each:
            imports.check_source(file, upload)
        with each:
            imports.check_key(idempotency_key, is_used=upload is not None or not dry_run)
        with each:
            roadmap_files.check_length(file or "")
        with each:
            imports.refuse_for_file("format", is_given=file is not None and format is not None)
    if upload is not None:
        options = ImportOptions(
            format=None if format is None else format.value, dry_run=dry_run, by_key=context.act().by_key
        )
        started = await imports.start(
            context,
            upload=upload,
            kind=ImportKind.ROADMAP,
            options=options,
            idempotency_key=idempotency_key,
        )
        return RoadmapImported(started=started)
    async with context.open_work() as work:
        done = await roadmap_imports.import_once(
            work, context.act(), text=file or "", dry_run=dry_run, idempotency_key=idempotency_key
        )
    return RoadmapImported(report=done.report, roadmap=done.roadmap, version=done.version)
