"""Resolvers of question imports."""

from domain.feature_flags.flag_table import CONTENT_IMPORTS
from domain.imports import question_imports
from domain.imports.reports import ImportReport
from resolvers.context import Context


async def import_questions(
    context: Context,
    *,
    file: str,
    idempotency_key: str,
    exam_type_code: str | None = None,
    title: str | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Import a file of questions for the caller."""
    context.ports.flags.require(CONTENT_IMPORTS, context.viewer)
    async with context.open_work() as work:
        return await question_imports.import_once(
            work,
            context.act(),
            text=file,
            idempotency_key=idempotency_key,
            dry_run=dry_run,
            exam_type_code=exam_type_code,
            title=title,
        )
