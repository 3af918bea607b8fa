"""Batches of the quality of questions: the viewer's reports, and what authors and moderators see."""

import asyncio

from domain.content.questions import Question
from domain.ids import QuestionId, QuestionReportId, QuizId
from domain.quality import regrades
from domain.quality.question_quality import QuestionQuality, QuizCounts
from domain.quality.question_reports import QuestionReport
from domain.quality.regrade_store import QuestionRegrade
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def reports_by_id(context: Context, ids: list[QuestionReportId]) -> list[QuestionReport | None]:
    """Load the viewer's own reports."""
    async with context.open_reads() as reads:
        return await reads.question_reports.by_ids(ids, reporter_id=context.user_id)


@batch(Rows.PUBLIC)
async def reported_questions(context: Context, ids: list[QuestionId]) -> list[Question | None]:
    """Load questions without their keys, for those who see a report on them."""
    async with context.open_reads() as reads:
        return await reads.questions.by_ids(ids)


@batch(Rows.VISIBLE)
async def quality_by_question(context: Context, ids: list[QuestionId]) -> list[QuestionQuality | None]:
    """Load what is known about the viewer's own questions, and for a moderator in person about all."""
    viewer = context.viewer
    if viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.question_qualities.by_ids(
            ids, viewer_id=viewer.user_id, sees_all=viewer.scopes is None
        )


@batch(Rows.PUBLIC)
async def regradable_attempts(context: Context, ids: list[QuestionId]) -> list[int]:
    """Count the attempts that questions could be graded again for."""
    async with context.open_reads() as reads:
        return await regrades.offers(reads, ids)


@batch(Rows.PUBLIC)
async def regrades_by_question(context: Context, ids: list[QuestionId]) -> list[QuestionRegrade | None]:
    """Load the latest regrade of questions, for those who see their quality."""
    async with context.open_reads() as reads:
        return await reads.regrades.latest(ids)


@batch(Rows.PUBLIC)
async def suspended_questions(context: Context, ids: list[QuizId]) -> list[int]:
    """Count the questions of quizzes that new attempts leave out."""
    return [counts.suspended for counts in await _counts(context, ids)]


@batch(Rows.PUBLIC)
async def unreviewed_questions(context: Context, ids: list[QuizId]) -> list[int]:
    """Count the generated questions of quizzes that no human has reviewed."""
    return [counts.unreviewed for counts in await _counts(context, ids)]


@batch(Rows.PUBLIC)
async def _counts_by_quiz(context: Context, ids: list[QuizId]) -> list[QuizCounts]:
    async with context.open_reads() as reads:
        return await reads.question_qualities.counts_of(ids)


async def _counts(context: Context, ids: list[QuizId]) -> list[QuizCounts]:
    """Load what both batches need, in one statement where both are asked for at once."""
    loaded: list[QuizCounts] = await asyncio.gather(*(context.load(_counts_by_quiz, id_) for id_ in ids))
    return loaded
