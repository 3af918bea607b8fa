"""What reviews earn: a little XP for each card and day, and a day of the streak for ten of them."""

from domain.acts import Act
from domain.gamification import streaks, xp
from domain.gamification.streaks import Activity, ActivityKind, UserZone
from domain.gamification.xp import Award, XpReason
from domain.gamification.xp_rules import CURRENT, RuleSet
from domain.ids import UserId
from domain.learning.progress_checks import progress_signal
from domain.spaced_review.cards import Subject
from domain.spaced_review.review_log import LogEntry
from domain.spaced_review.work import SpacedReviewWork

QUALIFYING_REVIEWS = 10
"""How many reviews on one local date count for the streak."""


async def pay(work: SpacedReviewWork, act: Act, subject: Subject, entry: LogEntry, *, zone: UserZone) -> None:
    """Award what a new review of the actor's earns, and note that a daily target may be reached.

    Lock the learner's row first. A card of the learner's own question earns nothing.
    """
    awards: list[Award] = []
    if subject.author_id != act.user_id:
        earned = await work.xp.earned_on(act.user_id, XpReason.REVIEW, entry.local_date)
        awards = [award_for(act.user_id, entry, earned=earned)]
    if await work.review_cards.reviewed_on(act.user_id, entry.local_date) >= QUALIFYING_REVIEWS:
        activity = _activity(act.user_id, entry, zone)
        awards += await streaks.record(work.streaks, activity, is_locked=True)
    entries = await xp.award(work.xp, awards, mint=act.mint, emit=work.emit)
    if all(paid.occurred_at != entry.reviewed_at for paid in entries):  # else the ledger notes it
        await work.progress_checks.note(act.user_id)
    work.emit(progress_signal(act.user_id))


def award_for(user_id: UserId, entry: LogEntry, *, earned: int, rules: RuleSet = CURRENT) -> Award:
    """Return the XP of a review: once for each card and local date, and no more than the day's cap."""
    amount = max(0, min(rules.review, rules.reviews_cap_per_day - earned))
    capped = "" if amount == rules.review else f" CAPPED at {rules.reviews_cap_per_day} XP of reviews a day."
    return Award(
        user_id=user_id,
        reason=XpReason.REVIEW,
        source_type="review_card",
        source_id=f"{entry.card_id}:{entry.local_date.isoformat()}",
        amount=amount,
        occurred_at=entry.reviewed_at,
        local_date=entry.local_date,
        explanation=f"Reviewed a card on {entry.local_date.isoformat()}: {rules.review} XP, once a day for each card."
        + capped,
    )


def _activity(user_id: UserId, entry: LogEntry, zone: UserZone) -> Activity:
    return Activity(
        user_id=user_id,
        kind=ActivityKind.REVIEWS,
        source_type="reviews",
        source_id=entry.local_date.isoformat(),
        summary=f"Reviewed {QUALIFYING_REVIEWS} cards",
        occurred_at=entry.reviewed_at,
        local_date=entry.local_date,
        time_zone=zone.time_zone,
    )
