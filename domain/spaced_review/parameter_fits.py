"""Refitting: parameters that fit one learner, and the dates of all their cards computed with them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.acts import Act
from domain.ids import ReviewCardId, UserId
from domain.spaced_review import answer_intake, review_log, review_settings
from domain.spaced_review.memory import Schedulers
from domain.spaced_review.review_log import LogEntry
from domain.spaced_review.work import SpacedReviewWork

LEAST_REVIEWS = 400
"""How many reviews a learner needs before parameters are fitted to them."""
GROWTH = 10
"""They are fitted again when this part of the reviews is new, as a divisor."""
REST = timedelta(days=6)
"""How long fitted parameters stay at least, so that a weekly job that runs early fits nothing twice."""

Histories = list[list[tuple[int, int]]]


async def next_due(work: SpacedReviewWork, *, now: datetime, after: UserId | None) -> UserId | None:
    """Return the next learner by id whose parameters are to be fitted: they have enough reviews, and many new ones."""
    return await work.review_settings.next_to_fit(
        least=LEAST_REVIEWS, growth=GROWTH, fitted_before=now - REST, after=after
    )


async def histories_of(work: SpacedReviewWork, user_id: UserId, *, batch: int) -> Histories:
    """Return the histories of a learner's cards that have one."""
    found: Histories = []
    after: ReviewCardId | None = None
    while True:
        cards = await work.review_cards.all_of(user_id, after=after, limit=batch)
        logs: dict[ReviewCardId, list[LogEntry]] = {card.id: [] for card in cards}
        for entry in await work.review_cards.log(list(logs)):
            logs[entry.card_id].append(entry)
        found += [history for log in logs.values() if (history := review_log.histories(log))]
        if len(cards) < batch:
            return found
        after = cards[-1].id


def reviews_in(histories: Sequence[Sequence[tuple[int, int]]]) -> int:
    """Return how many ratings the histories have."""
    return sum(len(history) for history in histories)


async def keep(
    work: SpacedReviewWork, act: Act, user_id: UserId, *, parameters: list[float], reviews: int
) -> None:
    """Store fitted parameters; the dates of the cards follow by `reschedule`."""
    await work.xp.lock(user_id)
    settings = await review_settings.of_user(work.review_settings, user_id)
    await work.review_settings.save(
        replace(settings, parameters=parameters, fitted_at=act.now, fitted_reviews=reviews)
    )


async def reschedule(
    work: SpacedReviewWork, schedulers: Schedulers, user_id: UserId, *, after: ReviewCardId | None, limit: int
) -> list[ReviewCardId]:
    """Compute the next cards of a learner from their logs again; return their ids."""
    await work.xp.lock(user_id)
    some = await work.review_cards.all_of(user_id, after=after, limit=limit)
    if some:
        await answer_intake.recompute(work, schedulers, user_id, some)
    return [card.id for card in some]
