"""Resolvers of the quality of questions: the list for moderators, suspensions and regrades."""

from domain.accounts import roles
from domain.accounts.users import Role
from domain.content.questions import Difficulty, Question
from domain.ids import QuestionId
from domain.jobs.jobs import Job
from domain.paging import Page, Window
from domain.quality import regrade_jobs, suspensions
from domain.quality.question_quality import QualityFilter, QuestionQuality, checked_filter
from resolvers.content.exam_types import id_of_code
from resolvers.context import Context


async def question_quality(
    context: Context,
    *,
    flagged: bool | None = None,
    suspended: bool | None = None,
    exam_type: str | None = None,
    difficulty: Difficulty | None = None,
    query: str | None = None,
    window: Window,
) -> Page[QuestionQuality]:
    """Return a page of the questions that moderators look at."""
    asked = checked_filter(
        QualityFilter(
            flagged=flagged,
            suspended=suspended,
            exam_type_id=await id_of_code(context, exam_type, field="examType"),
            difficulty=difficulty,
            query=query,
        )
    )
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=Role.MODERATOR, now=context.now())
        return await reads.question_qualities.page(window, viewer_id=context.user_id, asked=asked)


async def suspend_question(context: Context, *, question_id: QuestionId, reason: str) -> Question:
    """Let new attempts leave a question out."""
    async with context.open_work() as work:
        return await suspensions.suspend(work, context.act(), question_id=question_id, reason=reason)


async def resume_question(context: Context, *, question_id: QuestionId) -> Question:
    """Let new attempts ask a question again."""
    async with context.open_work() as work:
        return await suspensions.resume(work, context.act(), question_id=question_id)


async def regrade_question(context: Context, *, question_id: QuestionId) -> Job:
    """Start grading attempts again by the newest key of a question."""
    async with context.open_work() as work:
        return await regrade_jobs.start(work, context.act(), question_id=question_id)
