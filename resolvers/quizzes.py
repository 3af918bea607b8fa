"""Answers about quizzes."""

from typing import Protocol

from domain.ids import QuizId
from domain.paging import Page, Window
from domain.quizzes import Quiz
from resolvers import loaders
from resolvers.context import Context


class QuizLookup(Protocol):
    """Exactly one of the two is set."""

    id: QuizId | None
    slug: str | None


async def quiz_by(context: Context, *, by: QuizLookup) -> Quiz | None:
    """Find a quiz by slug."""
    found: Quiz | None = await context.load(loaders.quizzes_by_slug, by.slug or "")
    return found


async def quizzes_page(context: Context, *, window: Window, exam_type: str | None = None) -> Page[Quiz]:
    """Return a page of quizzes, newest first; of one exam type where its code is given."""
    async with context.open_reads() as reads:
        return await reads.quizzes.page(window, exam_type_code=exam_type)
