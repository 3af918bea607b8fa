"""Batches of media: who sees a question sees its images, and their ids and names cannot be guessed."""

from domain.ids import MediaId, OptionId, QuestionId
from domain.media.media import Media, QuestionImage
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


@batch(Rows.PUBLIC)
async def images_by_question(context: Context, ids: list[QuestionId]) -> list[list[QuestionImage]]:
    """Load the images beside the prompts of questions that the caller sees."""
    async with context.open_reads() as reads:
        found = await reads.media.shown_by(ids)
    return [[image for image in images if image.option_id is None] for images in found]


@batch(Rows.PUBLIC)
async def images_by_option(context: Context, ids: list[OptionId]) -> list[QuestionImage | None]:
    """Load the images in options that the caller sees."""
    async with context.open_reads() as reads:
        return await reads.media.shown_in(ids)
