"""Resolvers of question imports."""

from domain.entities import entity
from domain.feature_flags.flag_table import CONTENT_IMPORTS
from domain.ids import UploadId
from domain.imports import question_imports
from domain.imports.readers import QuestionFileFormat
from domain.imports.reports import ImportKind, ImportReport
from domain.imports.runs.imports import Import, ImportOptions
from domain.imports.storage import import_starts
from domain.refusals import all_at_once
from resolvers.context import Context
from resolvers.imports import imports


@entity
class QuestionImport:
    """The report of a file that was imported at once, or the import of an upload that has begun."""

    report: ImportReport | None = None
    started: Import | None = None


async def import_questions(
    context: Context,
    *,
    idempotency_key: str,
    file: str | None = None,
    upload: UploadId | None = None,
    format: QuestionFileFormat | None = None,
    keep_good: bool = False,
    exam_type_code: str | None = None,
    title: str | None = None,
    dry_run: bool = False,
) -> QuestionImport:
    """Import a file of questions for the caller: a text at once, an upload by a workflow."""
    context.ports.flags.require(CONTENT_IMPORTS, context.viewer)
    options = ImportOptions(
        format=None if format is None else format.value,
        dry_run=dry_run,
        keep_good=keep_good,
        exam_type_code=exam_type_code,
        title=title,
        by_key=context.act().by_key,
    )
    with all_at_once() as each:
        with each:
            imports.check_source(file, upload)
        with each:
            imports.check_key(idempotency_key, is_used=upload is not None or not dry_run)
        with each:
            if file is None:
                import_starts.checked_options(options)
            else:
                question_imports.check_input(file, exam_type_code, title)
        with each:
            imports.refuse_for_file("format", is_given=file is not None and format is not None)
        with each:
            imports.refuse_for_file("keepGood", is_given=file is not None and keep_good)
    if upload is not None:
        started = await imports.start(
            context,
            upload=upload,
            kind=ImportKind.QUESTIONS,
            options=options,
            idempotency_key=idempotency_key,
        )
        return QuestionImport(started=started)
    async with context.open_work() as work:
        report = await question_imports.import_once(
            work,
            context.act(),
            text=file or "",
            idempotency_key=idempotency_key,
            dry_run=dry_run,
            exam_type_code=exam_type_code,
            title=title,
        )
    return QuestionImport(report=report)
