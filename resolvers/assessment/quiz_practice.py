"""Resolvers of previews of quizzes, and of quizzes that are drawn for a learner."""

from collections.abc import Sequence

from domain.assessment.quizzes import quiz_generation, quiz_previews
from domain.assessment.quizzes.quiz_generation import USUAL_COUNT
from domain.assessment.quizzes.quiz_previews import QuizPreview
from domain.content.questions import Difficulty
from domain.content.quizzes import Quiz
from domain.ids import QuizDraftId
from resolvers.context import Context


async def quiz_preview(context: Context, *, draft_id: QuizDraftId, seed: int = 1) -> QuizPreview | None:
    """Return what an attempt at a draft of the caller's would ask."""
    async with context.open_reads() as reads:
        return await quiz_previews.preview(reads, draft_id=draft_id, author_id=context.user_id, seed=seed)


async def generate_quiz_from(
    context: Context,
    *,
    exam_type: str,
    idempotency_key: str,
    domains: Sequence[str] | None = None,
    count: int = USUAL_COUNT,
    difficulty: Difficulty | None = None,
) -> Quiz:
    """Draw a quiz for the caller alone."""
    async with context.open_work() as work:
        return await quiz_generation.generate(
            work,
            context.act(),
            exam_type=exam_type,
            domains=domains or (),
            count=count,
            difficulty=difficulty,
            key=idempotency_key,
        )
