"""Late reviews: reviews of many cards, and undos, that a device made before; they arrive together, in any order."""

from collections.abc import Sequence
from datetime import datetime

from domain import local_days
from domain.acts import Act
from domain.entities import entity
from domain.gamification.streaks import UserZone
from domain.ids import ReviewCardId
from domain.spaced_review import cards, memory, review_awards, review_settings
from domain.spaced_review.cards import ReviewCard, Subject
from domain.spaced_review.memory import Schedulers
from domain.spaced_review.review_awards import PaidReview
from domain.spaced_review.review_log import EntryKind, LogEntry, Rating
from domain.spaced_review.work import SpacedReviewWork


@entity
class LateEntry:
    """A review of a card with its rating, or an undo of the reviews with the client id `undoes`.

    `earns_at` is when it counts for streak and XP.
    """

    subject: Subject
    at: datetime
    earns_at: datetime
    client_id: str
    rating: Rating | None
    undoes: str | None
    seconds: int | None

    @property
    def card(self) -> ReviewCard:
        """The card that it is about."""
        assert self.subject.card is not None  # noqa: S101 - it was found by the card
        return self.subject.card


async def add(work: SpacedReviewWork, act: Act, schedulers: Schedulers, entries: Sequence[LateEntry]) -> None:
    """Add entries to the logs of the actor's cards, with what follows from them and what the reviews earn.

    Lock the learner's row first. An undo may come before its review.
    """
    if not entries:
        return
    in_order = sorted(entries, key=lambda entry: (entry.at, entry.client_id))
    moments = sorted({entry.earns_at for entry in entries})
    zones = {at: await work.streaks.zone_of(act.user_id, at=at) for at in moments}
    earnings = [
        PaidReview(
            subject=entry.subject,
            entry=_logged(entry, zones[entry.earns_at]),
            zone=zones[entry.earns_at],
            earns_at=entry.earns_at,
        )
        for entry in in_order
    ]
    touched = {entry.card.id: entry.card for entry in in_order}
    log = await work.review_cards.log(sorted(touched))
    known = {(entry.card_id, entry.client_id) for entry in log if entry.kind is not EntryKind.ANSWER}
    new = [each for each in earnings if (each.entry.card_id, each.entry.client_id) not in known]
    if not new:
        return
    await _store(work, act, schedulers, touched, [*log, *(each.entry for each in new)], new)
    await review_awards.pay_late(work, act, [each for each in new if each.entry.kind is EntryKind.REVIEW])


async def _store(
    work: SpacedReviewWork,
    act: Act,
    schedulers: Schedulers,
    touched: dict[ReviewCardId, ReviewCard],
    log: Sequence[LogEntry],
    new: Sequence[PaidReview],
) -> None:
    """Store the new entries, and the cards as they follow from the whole log."""
    settings = await review_settings.of_user(work.review_settings, act.user_id)
    scheduler = review_settings.scheduler_of(settings, schedulers)
    logs: dict[ReviewCardId, list[LogEntry]] = {id_: [] for id_ in touched}
    for entry in log:
        logs[entry.card_id].append(entry)
    found = {
        id_: memory.of_log(logs[id_], created_at=card.created_at, scheduler=scheduler)
        for id_, card in touched.items()
    }
    await work.review_cards.append([each.entry for each in new])
    await work.review_cards.save(
        [cards.with_memory(card, found[id_]) for id_, card in touched.items()],
        [found[id_].outcomes for id_ in touched],
    )


def _logged(entry: LateEntry, zone: UserZone) -> LogEntry:
    return LogEntry(
        card_id=entry.card.id,
        reviewed_at=entry.at,
        client_id=entry.client_id,
        kind=EntryKind.REVIEW if entry.undoes is None else EntryKind.UNDO,
        rating=entry.rating,
        undoes=entry.undoes,
        seconds=entry.seconds,
        source_id=None,
        local_date=local_days.local_date(
            entry.earns_at, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour
        ),
    )
