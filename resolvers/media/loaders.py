"""Batches of media: who sees a question sees its images, and their ids and names cannot be guessed."""

from domain.ids import MediaId, QuestionId
from domain.media.media import Media
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.PUBLIC)
async def media_by_id(context: Context, ids: list[MediaId]) -> list[Media | None]:
    """Load images."""
    async with context.open_reads() as reads:
        return await reads.media.by_ids(ids)


@batch(Rows.PUBLIC)
async def media_by_question(context: Context, ids: list[QuestionId]) -> list[list[Media]]:
    """Load the images of questions that the caller sees."""
    async with context.open_reads() as reads:
        return await reads.media.of_questions(ids)
