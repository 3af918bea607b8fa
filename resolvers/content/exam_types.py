"""Resolvers of exam types."""

from domain.content import exam_types as content_exam_types
from domain.content.exam_types import ExamType
from domain.ids import ExamTypeId
from resolvers.content import loaders
from resolvers.context import Context


async def exam_types(context: Context) -> list[ExamType]:
    """Return all exam types, by code."""
    async with context.open_reads() as reads:
        return await reads.exam_types.all()


async def id_of_code(context: Context, code: str | None, *, field: str) -> ExamTypeId | None:
    """Return the id of the exam type with a code, None without a code; raises InvalidInputError for an unknown one."""
    if code is None:
        return None
    found: ExamType | None = await context.load(loaders.exam_types_by_code, code)
    if found is None:
        async with context.open_reads() as reads:
            await content_exam_types.refuse_unknown(reads.exam_types, field=field)
    return found.id if found else None
