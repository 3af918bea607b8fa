"""Resolvers of quizzes: finding, withdrawing and restoring them."""

from typing import Protocol

from domain.content.quizzes import Quiz, QuizFilter, checked_filter, checked_slug
from domain.content.releases import withdrawal
from domain.ids import QuizId
from domain.paging import Page, Window
from resolvers.content import loaders
from resolvers.content.exam_types import id_of_code
from resolvers.context import Context


class QuizLookup(Protocol):
    """Exactly one of the two is set."""

    id: QuizId | None
    slug: str | None


async def quiz_by(context: Context, *, by: QuizLookup) -> Quiz | None:
    """Return the quiz with a slug; raises InvalidInputError for a malformed one."""
    slug = checked_slug(by.slug or "", field="slug")
    found: Quiz | None = await context.load(loaders.quizzes_by_slug, slug)
    return found


async def quizzes_page(
    context: Context,
    *,
    window: Window,
    exam_type: str | None = None,
    query: str | None = None,
    has_time_limit: bool | None = None,
    is_open: bool | None = None,
) -> Page[Quiz]:
    """Return a page of quizzes, newest first; of one exam type where its code is given.

    An unknown code is refused, and looked for only where it finds nothing.
    """
    asked = checked_filter(QuizFilter(query=query, has_time_limit=has_time_limit, is_open=is_open))
    async with context.open_reads() as reads:
        page = await reads.quizzes.page(window, exam_type_code=exam_type, asked=asked, now=context.now())
    if not page.nodes:
        await id_of_code(context, exam_type, field="examType")
    return page


async def archive_quiz(context: Context, *, quiz_id: QuizId) -> Quiz:
    """Archive a quiz: withdraw it."""
    async with context.open_work() as work:
        return await withdrawal.withdraw(work, context.act(), quiz_id=quiz_id)


async def restore_quiz(context: Context, *, quiz_id: QuizId) -> Quiz:
    """Let a withdrawn quiz take attempts again."""
    async with context.open_work() as work:
        return await withdrawal.restore(work, context.act(), quiz_id=quiz_id)
