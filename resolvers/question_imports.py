"""Answers about importing questions."""

from domain.import_findings import ImportReport
from domain.imports import question_imports
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
    async with context.open_work() as work:
        return await question_imports.import_once(
            work,
            text=file,
            author_id=context.user_id,
            now=context.now(),
            mint=context.ports.mint,
            idempotency_key=idempotency_key,
            dry_run=dry_run,
            exam_type_code=exam_type_code,
            title=title,
        )
