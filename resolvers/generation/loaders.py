"""Batches of generations: the viewer's own, their explanations, and what users think of them."""

from domain.generation import written_explanations
from domain.generation.generations import Explanation, Generation
from domain.generation.ratings import FeedbackReason, GeneratedFeedback
from domain.ids import ExplanationId, GenerationId
from domain.paging import Page, Window
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def generations_by_id(context: Context, ids: list[GenerationId]) -> list[Generation | None]:
    """Load the viewer's own generations."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.generations.by_ids(ids, user_id=context.user_id)


@batch(Rows.VIEWER)
async def explanations_by_id(context: Context, ids: list[ExplanationId]) -> list[Explanation | None]:
    """Load the viewer's own explanations, without their texts."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.generations.explanations(ids, user_id=context.user_id)


@batch(Rows.VIEWER)
async def texts_by_explanation(context: Context, ids: list[ExplanationId]) -> list[str | None]:
    """Load the texts of the viewer's explanations; none while an open attempt of theirs asks the question."""
    async with context.open_reads() as reads:
        found = await reads.generations.explanations(ids, user_id=context.user_id)
        return await written_explanations.shown_texts(reads, found)


@batch(Rows.VIEWER)
async def feedback_by_generation(context: Context, ids: list[GenerationId]) -> list[GeneratedFeedback | None]:
    """Count what users think of the viewer's generations."""
    async with context.open_reads() as reads:
        return await reads.ratings.counts(ids, user_id=context.user_id)


@batch(Rows.VIEWER)
async def reasons_by_generation(
    context: Context, ids: list[GenerationId], *, window: Window, is_helpful: bool | None = None
) -> list[Page[FeedbackReason]]:
    """Load a page of the reasons that users gave for each of the viewer's generations."""
    async with context.open_reads() as reads:
        return await reads.ratings.reasons(ids, window, user_id=context.user_id, is_helpful=is_helpful)
