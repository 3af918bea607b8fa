"""What reviews earn: a little XP for each card and day, and a day of the streak for ten of them."""

from collections.abc import Sequence
from datetime import date, datetime

from domain.acts import Act
from domain.entities import entity
from domain.gamification import streaks, xp
from domain.gamification.streaks import Activity, ActivityKind, UserZone
from domain.gamification.xp import Award, XpReason
from domain.gamification.xp_rules import CURRENT, RuleSet
from domain.ids import UserId
from domain.learning.progress_checks import progress_signal
from domain.spaced_review.cards import Subject
from domain.spaced_review.review_log import LogEntry
from domain.spaced_review.work import SpacedReviewWork

SOURCE_TYPE = "review_card"
QUALIFYING_REVIEWS = 10
"""How many reviews on one local date count for the streak."""


@entity
class PaidReview:
    """A new entry of a card's log, with what decides what it earns, and when."""

    subject: Subject
    entry: LogEntry
    zone: UserZone
    earns_at: datetime


async def pay(work: SpacedReviewWork, act: Act, new: PaidReview) -> None:
    """Award what a new review of the actor's earns, and note that a daily target may be reached.

    Lock the learner's row first. A card of the learner's own question earns nothing, nor does one
    of a generated question without review.
    """
    awards: list[Award] = []
    entry = new.entry
    if new.subject.pays(act.user_id):
        earned = await work.xp.earned_on(act.user_id, XpReason.REVIEW, entry.local_date)
        awards = [award_for(act.user_id, entry, earned=earned, at=new.earns_at)]
    if await work.review_cards.reviewed_on(act.user_id, entry.local_date) >= QUALIFYING_REVIEWS:
        activity = _activity(act.user_id, new)
        awards += await streaks.record(work.streaks, activity, is_locked=True)
    entries = await xp.award(work.xp, awards, mint=act.mint, emit=work.emit)
    if all(paid.occurred_at != new.earns_at for paid in entries):  # else the ledger notes it
        await work.progress_checks.note(act.user_id)
    work.emit(progress_signal(act.user_id))


async def pay_late(work: SpacedReviewWork, act: Act, earnings: Sequence[PaidReview]) -> None:
    """Award what reviews earn that arrive together, each on its own date; what is known earns nothing again.

    Lock the learner's row first.
    """
    if not earnings:
        return
    awards = await _late_awards(work, act, earnings)
    last = {each.entry.local_date: each for each in earnings}
    for local_date, each in sorted(last.items()):
        if await work.review_cards.reviewed_on(act.user_id, local_date) >= QUALIFYING_REVIEWS:
            activity = _activity(act.user_id, each)
            awards += await streaks.record(work.streaks, activity, is_locked=True)
    await xp.award(work.xp, awards, mint=act.mint, emit=work.emit)
    await work.progress_checks.note(act.user_id)
    work.emit(progress_signal(act.user_id))


async def _late_awards(work: SpacedReviewWork, act: Act, earnings: Sequence[PaidReview]) -> list[Award]:
    """Return the XP of each card and date that has none yet."""
    paid = [each for each in earnings if each.subject.pays(act.user_id)]
    first = {source_of(each.entry): each for each in reversed(paid)}
    stored = await work.xp.by_sources(SOURCE_TYPE, sorted(first), viewer_id=act.user_id)
    known = {source for source, entries in zip(sorted(first), stored, strict=True) if entries}
    earned: dict[date, int] = {}
    awards: list[Award] = []
    for source, each in sorted(first.items(), key=lambda item: item[1].entry.order):
        if source in known:
            continue
        entry = each.entry
        if entry.local_date not in earned:
            earned[entry.local_date] = await work.xp.earned_on(act.user_id, XpReason.REVIEW, entry.local_date)
        awards.append(award_for(act.user_id, entry, earned=earned[entry.local_date], at=each.earns_at))
        earned[entry.local_date] += awards[-1].amount
    return awards


def source_of(entry: LogEntry) -> str:
    """Return what names the XP of a review: its card and date."""
    return f"{entry.card_id}:{entry.local_date.isoformat()}"


def award_for(
    user_id: UserId, entry: LogEntry, *, earned: int, at: datetime, rules: RuleSet = CURRENT
) -> Award:
    """Return the XP of a review: once for each card and local date, and no more than the day's cap."""
    amount = max(0, min(rules.review, rules.reviews_cap_per_day - earned))
    capped = "" if amount == rules.review else f" CAPPED at {rules.reviews_cap_per_day} XP of reviews a day."
    return Award(
        user_id=user_id,
        reason=XpReason.REVIEW,
        source_type=SOURCE_TYPE,
        source_id=source_of(entry),
        amount=amount,
        occurred_at=at,
        local_date=entry.local_date,
        explanation=f"Reviewed a card on {entry.local_date.isoformat()}: {rules.review} XP, once a day for each card."
        + capped,
    )


def _activity(user_id: UserId, new: PaidReview) -> Activity:
    return Activity(
        user_id=user_id,
        kind=ActivityKind.REVIEWS,
        source_type="reviews",
        source_id=new.entry.local_date.isoformat(),
        summary=f"Reviewed {QUALIFYING_REVIEWS} cards",
        occurred_at=new.earns_at,
        local_date=new.entry.local_date,
        time_zone=new.zone.time_zone,
    )
