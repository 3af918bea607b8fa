"""Making cards by hand, and setting them aside."""

from dataclasses import replace

from domain import local_days
from domain.acts import Act
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import BookmarkId, QuestionId, ReviewCardId, is_id
from domain.spaced_review import cards
from domain.spaced_review.cards import (
    MOST_CARDS,
    QuestionInOpenAttemptError,
    ReviewCard,
    Subject,
    TooManyReviewCardsError,
)
from domain.spaced_review.work import SpacedReviewWork


async def add(work: SpacedReviewWork, act: Act, *, target_id: str) -> ReviewCard:
    """Make a card of a question that the actor was asked, or that they have bookmarked; return the one that exists.

    Raises InvalidInputError for the id of something else, NotFoundError, QuestionInOpenAttemptError,
    TooManyReviewCardsError.
    """
    question_id = await _question_of(work, act, target_id)
    await work.xp.lock(act.user_id)
    (subject,) = await work.review_cards.subjects([question_id], user_id=act.user_id)
    if subject is None:
        raise NotFoundError("There is no such question.", field="targetId")
    check_reviewable(subject, field="targetId")
    if subject.card is not None:
        return subject.card
    if await work.review_cards.count(act.user_id) >= MOST_CARDS:
        raise TooManyReviewCardsError(
            f"You have {MOST_CARDS} review cards, as many as are allowed; review those.", field="targetId"
        )
    card = cards.new_card(
        ReviewCardId(act.mint("reviewcard")), user_id=act.user_id, subject=subject, now=act.now
    )
    await work.review_cards.add([card])
    return card


async def _question_of(work: SpacedReviewWork, act: Act, target_id: str) -> QuestionId:
    if is_id(target_id, "bookmark"):
        (bookmark,) = await work.bookmarks.by_ids([BookmarkId(target_id)], viewer_id=act.user_id)
        if bookmark is None:
            raise NotFoundError("There is no such bookmark.", field="targetId")
        if not is_id(bookmark.target_id, "question"):
            raise InvalidInputError("targetId must be the bookmark of a question.", field="targetId")
        return QuestionId(bookmark.target_id)
    if not is_id(target_id, "question"):
        raise InvalidInputError(
            "targetId must be an id that starts with question_ or bookmark_.", field="targetId"
        )
    if await work.attempts.asked([QuestionId(target_id)], user_id=act.user_id) == [None]:
        raise NotFoundError("There is no such question.", field="targetId")
    return QuestionId(target_id)


def check_reviewable(subject: Subject, *, field: str) -> None:
    """Raise InvalidInputError for a question of a quiz that shows the score only; QuestionInOpenAttemptError."""
    if subject.is_score_only:
        raise InvalidInputError(
            "A quiz that shows the score only asks this question, so it cannot be reviewed; choose another one.",
            field=field,
        )
    if subject.is_asked:
        raise QuestionInOpenAttemptError(
            "An open attempt of yours asks this question; finish the attempt first.", field=field
        )


async def suspend(work: SpacedReviewWork, act: Act, *, card_id: ReviewCardId) -> ReviewCard:
    """Leave a card of the actor's out of the queue until it is resumed; raises NotFoundError."""
    card = await own_card(work, act, card_id)
    if card.suspended_at is not None:
        return card
    return await _set_aside(work, replace(card, suspended_at=act.now))


async def resume(work: SpacedReviewWork, act: Act, *, card_id: ReviewCardId) -> ReviewCard:
    """Put a card that was suspended or buried back into the queue; raises NotFoundError."""
    card = await own_card(work, act, card_id)
    return await _set_aside(work, replace(card, suspended_at=None, buried_until=None))


async def bury(work: SpacedReviewWork, act: Act, *, card_id: ReviewCardId) -> ReviewCard:
    """Leave a card of the actor's out of the queue until their next local day; raises NotFoundError."""
    card = await own_card(work, act, card_id)
    zone = await work.streaks.zone_of(act.user_id)
    ends_at = local_days.day_end(act.now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)
    return await _set_aside(work, replace(card, buried_until=ends_at))


async def own_card(work: SpacedReviewWork, act: Act, card_id: ReviewCardId) -> ReviewCard:
    """Lock the actor, and return a card of theirs whose question no open attempt asks; raises NotFoundError."""
    card = (await own_subject(work, act, card_id)).card
    assert card is not None  # noqa: S101 - it was found by the card
    return card


async def own_subject(work: SpacedReviewWork, act: Act, card_id: ReviewCardId) -> Subject:
    """Lock the actor, and return the question of a card of theirs.

    Raises NotFoundError, or QuestionInOpenAttemptError.
    """
    await work.xp.lock(act.user_id)
    (subject,) = await work.review_cards.subjects_of_cards([card_id], user_id=act.user_id)
    return reviewable(subject)


def reviewable(subject: Subject | None) -> Subject:
    """Return the question of a card; raises NotFoundError, InvalidInputError or QuestionInOpenAttemptError."""
    if subject is None:
        raise NotFoundError("You have no such review card.", field="cardId")
    check_reviewable(subject, field="cardId")
    return subject


async def _set_aside(work: SpacedReviewWork, card: ReviewCard) -> ReviewCard:
    await work.review_cards.set_aside(card)
    return card
