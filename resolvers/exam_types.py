"""Answers about exam types."""

from domain.quizzes import ExamType
from resolvers.context import Context


async def exam_types(context: Context) -> list[ExamType]:
    """Return every exam type, by code."""
    async with context.open_reads() as reads:
        return await reads.exam_types.all()
