"""Reviews of cards that were made offline, and reviews that were taken back: entries of the logs of their cards."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain import ids
from domain.acts import Act
from domain.errors import DomainError, InvalidInputError
from domain.ids import ReviewCardId
from domain.offline.event_kinds.kind_rules import EventRules
from domain.offline.events import APPLIED, EventOutcome, OfflineEvent, checked_name, refused
from domain.offline.work import OfflineWork
from domain.refusals import all_at_once, together
from domain.spaced_review import card_changes, late_reviews
from domain.spaced_review.cards import QuestionInOpenAttemptError, Subject
from domain.spaced_review.late_reviews import LateEntry
from domain.spaced_review.memory import Schedulers
from domain.spaced_review.review_log import Rating
from domain.spaced_review.reviews import LONGEST_S


def review_content_of(*, card_id: str, rating: Rating, seconds: int | None) -> dict[str, Any]:
    """Return the content of a review as JSON."""
    return {"card_id": card_id, "rating": int(rating), "seconds": seconds, "undoes": None}


def undo_content_of(*, card_id: str, review: str) -> dict[str, Any]:
    """Return the content of an undo as JSON; the review is named by the id of its event, or by its client id."""
    return {"card_id": card_id, "rating": None, "seconds": None, "undoes": review}


async def apply(
    work: OfflineWork, act: Act, events: Sequence[OfflineEvent], schedulers: Schedulers
) -> Mapping[str, EventOutcome]:
    """Put the events into the logs of their cards, each at the time that counts."""
    subjects = await _subjects(work, act, events)
    outcomes: dict[str, EventOutcome] = {}
    accepted: list[LateEntry] = []
    for event in events:
        try:
            accepted.append(_judged(event, subjects))
            outcomes[event.id] = APPLIED
        except DomainError as refusal:
            outcomes[event.id] = refused(*together(refusal))
    await late_reviews.add(work, act, schedulers, accepted)
    return outcomes


async def _subjects(work: OfflineWork, act: Act, events: Sequence[OfflineEvent]) -> Mapping[str, Subject]:
    named = {event.content["card_id"] for event in events}
    asked = sorted(ReviewCardId(id_) for id_ in named if ids.is_id(id_, ids.PREFIXES[ReviewCardId]))
    found = await work.review_cards.subjects_of_cards(asked, user_id=act.user_id)
    return {id_: subject for id_, subject in zip(asked, found, strict=True) if subject is not None}


def _judged(event: OfflineEvent, subjects: Mapping[str, Subject]) -> LateEntry:
    content = event.content
    seconds, undoes = content["seconds"], content["undoes"]
    with all_at_once() as each:
        with each:
            if seconds is not None and not 0 <= seconds <= LONGEST_S:
                raise InvalidInputError(f"seconds must be 0 to {LONGEST_S}.", field="seconds")
        with each:
            if undoes is not None:
                checked_name(undoes, field="review")
        subject = card_changes.reviewable(subjects.get(content["card_id"]))
    made_at = subject.card.created_at if subject.card else event.at
    return LateEntry(
        subject=subject,
        at=max(event.at, made_at),
        earns_at=max(event.earns_at, made_at),
        client_id=event.id,
        rating=None if content["rating"] is None else Rating(content["rating"]),
        undoes=undoes,
        seconds=seconds,
    )


REVIEW_RULES = EventRules(name="review", apply=apply, refuses=(QuestionInOpenAttemptError,))
UNDO_RULES = EventRules(name="undo_review", apply=apply, refuses=(QuestionInOpenAttemptError,))
