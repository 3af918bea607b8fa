"""Batches of spaced review, all of the viewer alone."""

from domain.ids import ReviewCardId
from domain.spaced_review import card_answers
from domain.spaced_review.card_answers import CardAnswer
from domain.spaced_review.cards import ReviewCard
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def review_cards_by_id(context: Context, ids: list[ReviewCardId]) -> list[ReviewCard | None]:
    """Load the viewer's own cards, without those whose question an open attempt asks."""
    async with context.open_reads() as reads:
        return await reads.review_cards.by_ids(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def answers_by_card(context: Context, ids: list[ReviewCardId]) -> list[CardAnswer | None]:
    """Load what was right on the viewer's own cards, where it may be shown."""
    async with context.open_reads() as reads:
        return await card_answers.reveal(reads, ids, user_id=context.user_id)
