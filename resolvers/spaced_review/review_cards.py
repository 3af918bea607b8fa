"""Resolvers of spaced review: cards, the queue, reviews, and settings."""

from datetime import datetime

from domain import local_days
from domain.edits import UNCHANGED, Edit
from domain.errors import InvalidInputError
from domain.ids import ExamDomainId, ReviewCardId
from domain.paging import Page, Window
from domain.spaced_review import card_changes, review_settings, reviews, settings_changes
from domain.spaced_review.cards import (
    FORECAST_DAYS,
    CalibrationDecile,
    ForecastDay,
    ReviewCard,
    ReviewFilter,
)
from domain.spaced_review.memory import CardState
from domain.spaced_review.review_log import Rating
from domain.spaced_review.review_settings import ReviewSettings
from domain.spaced_review.reviews import Reviewed
from resolvers.assessment.attempts import answer_of
from resolvers.content.exam_types import id_of_code
from resolvers.context import Context


async def review_queue(
    context: Context, *, exam_type: str | None = None, domain: str | None = None, window: Window
) -> Page[ReviewCard]:
    """Return a page of the cards that the caller is to review now."""
    filters = await _filters(context, exam_type, domain)
    user_id, now = context.user_id, context.now()
    async with context.open_reads() as reads:
        zone = await reads.streaks.zone_of(user_id)
        today = local_days.local_date(now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)
        return await reads.review_cards.queue(window, filters, viewer_id=user_id, now=now, today=today)


async def review_cards(
    context: Context,
    *,
    exam_type: str | None = None,
    domain: str | None = None,
    state: CardState | None = None,
    is_suspended: bool | None = None,
    window: Window,
) -> Page[ReviewCard]:
    """Return a page of the caller's cards."""
    filters = await _filters(context, exam_type, domain, state, is_suspended)
    async with context.open_reads() as reads:
        return await reads.review_cards.page(window, filters, viewer_id=context.user_id)


async def _filters(
    context: Context,
    exam_type: str | None,
    domain: str | None,
    state: CardState | None = None,
    is_suspended: bool | None = None,
) -> ReviewFilter:
    exam_type_id = await id_of_code(context, exam_type, field="examType")
    domain_id: ExamDomainId | None = None
    if domain is not None:
        if exam_type_id is None:
            raise InvalidInputError("domain goes with examType.", field="domain")
        async with context.open_reads() as reads:
            (domains,) = await reads.exam_types.domains_of([exam_type_id])
        known = {each.code: each.id for each in domains}
        if domain not in known:
            codes = ", ".join(known)
            raise InvalidInputError(f"domain must be one of {codes}.", field="domain")
        domain_id = known[domain]
    return ReviewFilter(
        exam_type_id=exam_type_id, domain_id=domain_id, state=state, is_suspended=is_suspended
    )


async def review_forecast(context: Context) -> list[ForecastDay]:
    """Return how many of the caller's cards come up on each of the next dates."""
    async with context.open_reads() as reads:
        zone = await reads.streaks.zone_of(context.user_id)
        today = local_days.local_date(
            context.now(), time_zone=zone.time_zone, day_start_hour=zone.day_start_hour
        )
        return await reads.review_cards.forecast(context.user_id, zone=zone, first=today, days=FORECAST_DAYS)


async def review_calibration(context: Context) -> list[CalibrationDecile]:
    """Return how well the caller's reviews were predicted."""
    async with context.open_reads() as reads:
        return await reads.review_cards.calibration(context.user_id)


async def viewer_review_settings(context: Context) -> ReviewSettings:
    """Return the caller's settings."""
    async with context.open_reads() as reads:
        return await review_settings.of_user(reads.review_settings, context.user_id)


async def add_review_card(context: Context, *, target_id: str) -> ReviewCard:
    """Make a card by hand."""
    async with context.open_work() as work:
        return await card_changes.add(work, context.act(), target_id=target_id)


async def review_card(
    context: Context,
    *,
    card_id: ReviewCardId,
    client_id: str,
    rating: Rating | None = None,
    answer: object = None,
    seconds: int | None = None,
    reviewed_at: datetime | None = None,
) -> Reviewed:
    """Store a review of a card of the caller's."""
    async with context.open_work() as work:
        return await reviews.review(
            work,
            context.act(),
            context.ports.schedulers,
            card_id=card_id,
            client_id=client_id,
            rating=rating,
            answer=None if answer is None else answer_of(answer),
            seconds=seconds,
            reviewed_at=reviewed_at,
        )


async def undo_review(context: Context, *, card_id: ReviewCardId, client_id: str) -> ReviewCard:
    """Take back the last review of a card of the caller's."""
    async with context.open_work() as work:
        return await reviews.undo(
            work, context.act(), context.ports.schedulers, card_id=card_id, client_id=client_id
        )


async def suspend_card(context: Context, *, card_id: ReviewCardId) -> ReviewCard:
    """Leave a card of the caller's out of the queue."""
    async with context.open_work() as work:
        return await card_changes.suspend(work, context.act(), card_id=card_id)


async def resume_card(context: Context, *, card_id: ReviewCardId) -> ReviewCard:
    """Put a card of the caller's back into the queue."""
    async with context.open_work() as work:
        return await card_changes.resume(work, context.act(), card_id=card_id)


async def bury_card(context: Context, *, card_id: ReviewCardId) -> ReviewCard:
    """Leave a card of the caller's out of the queue until tomorrow."""
    async with context.open_work() as work:
        return await card_changes.bury(work, context.act(), card_id=card_id)


async def save_review_settings(
    context: Context,
    *,
    retention: Edit[float | None] = UNCHANGED,
    new_a_day: Edit[int | None] = UNCHANGED,
) -> ReviewSettings:
    """Change the caller's settings."""
    async with context.open_work() as work:
        return await settings_changes.change(work, context.act(), retention=retention, new_a_day=new_a_day)
