"""Resolver of reviews of generated questions."""

from domain.authoring.questions import question_reviews
from domain.content.questions import Question
from domain.ids import QuestionId
from resolvers.context import Context


async def mark_question_reviewed(context: Context, *, question_id: QuestionId) -> Question:
    """Store that the caller has reviewed a generated question."""
    async with context.open_work() as work:
        return await question_reviews.mark_reviewed(work, context.act(), question_id=question_id)
