"""Reviewing: a learner rates a card or answers its question, and may take that back."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction

from domain import local_days
from domain.acts import Act
from domain.content import grading
from domain.content.answers import Answer
from domain.content.credit import ALL
from domain.entities import entity
from domain.errors import InvalidInputError, NotFoundError
from domain.gamification import late_acts
from domain.ids import ReviewCardId, UserId
from domain.refusals import all_at_once
from domain.spaced_review import (
    answer_facts,
    card_changes,
    cards,
    memory,
    review_awards,
    review_log,
    review_settings,
    slow_answers,
)
from domain.spaced_review.cards import ReviewCard, Subject
from domain.spaced_review.memory import Scheduler, Schedulers
from domain.spaced_review.review_awards import PaidReview
from domain.spaced_review.review_log import EntryKind, LogEntry, Rating
from domain.spaced_review.work import SpacedReviewWork

ACCEPTED_FOR = timedelta(hours=72)
"""How long after a review its entry is accepted."""
LONGEST_S = 3_600
_is_client_id = re.compile(r"[A-Za-z0-9_-]{1,64}").fullmatch


@entity
class Reviewed:
    """A card after a review: the rating that the review has, and what an answer earned, None without one."""

    card: ReviewCard
    rating: Rating
    credit: float | None


async def review(
    work: SpacedReviewWork,
    act: Act,
    schedulers: Schedulers,
    *,
    card_id: ReviewCardId,
    client_id: str,
    rating: Rating | None,
    answer: Answer | None,
    seconds: int | None,
    reviewed_at: datetime | None,
) -> Reviewed:
    """Store a review of a card of the actor's, not before the card was made, and return it as it is scheduled then.

    The learner rates it, or an answer is graded: wrong is AGAIN, right is GOOD, HARD where it took longer than three
    quarters of all first answers, and EASY where the learner says so. A review that is stored already changes nothing.
    Raises, all at once, InvalidInputErrors that name the fields, and NotFoundError; QuestionInOpenAttemptError.
    """
    with all_at_once() as each:
        with each:
            _check_client_id(client_id, "clientId")
        with each:
            _check_rating(rating, has_answer=answer is not None)
        with each:
            if seconds is not None and not 0 <= seconds <= LONGEST_S:
                raise InvalidInputError(f"seconds must be 0 to {LONGEST_S}.", field="seconds")
        with each:
            at = _moment(reviewed_at, act.now)
        subject = await card_changes.own_subject(work, act, card_id)
        card = _card_of(subject)
        credit = None if answer is None else await _graded(work, subject, answer)
    log = await work.review_cards.log([card_id])
    at = max(at, card.created_at)
    is_named = reviewed_at is not None and reviewed_at <= act.now
    known = _known(log, client_id, at if is_named else None)
    if known is not None:
        return Reviewed(card=card, rating=known, credit=None if credit is None else float(credit))
    earns_at = at
    if at < act.now:
        earns_at = max(at, await late_acts.earliest(work.streaks, act.user_id, now=act.now))
    zone = await work.streaks.zone_of(act.user_id, at=earns_at)
    entry = LogEntry(
        card_id=card_id,
        reviewed_at=at,
        client_id=client_id,
        kind=EntryKind.REVIEW,
        rating=await _rating(work, subject, rating, credit, seconds),
        undoes=None,
        seconds=seconds,
        source_id=None,
        local_date=local_days.local_date(
            earns_at, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour
        ),
    )
    scheduler = await _scheduler(work, act.user_id, schedulers)
    card = await _stored(work, card, log, entry, scheduler)
    await review_awards.pay(work, act, PaidReview(subject=subject, entry=entry, zone=zone, earns_at=earns_at))
    assert entry.rating is not None  # noqa: S101 - it was just given one
    return Reviewed(card=card, rating=entry.rating, credit=None if credit is None else float(credit))


async def undo(
    work: SpacedReviewWork, act: Act, schedulers: Schedulers, *, card_id: ReviewCardId, client_id: str
) -> ReviewCard:
    """Take back the last review of a card of the actor's, as an entry of the log; what it earned stays.

    The same `client_id` again changes nothing. Raises, all at once, InvalidInputError and NotFoundError;
    QuestionInOpenAttemptError.
    """
    with all_at_once() as each:
        with each:
            _check_client_id(client_id, "clientId")
        card = _card_of(await card_changes.own_subject(work, act, card_id))
    log = await work.review_cards.log([card_id])
    if any(entry.kind is EntryKind.UNDO and entry.client_id == client_id for entry in log):
        return card
    reviews = [entry for entry in review_log.effective(log) if entry.kind is EntryKind.REVIEW]
    if not reviews:
        raise NotFoundError("This card has no review to take back.", field="cardId")
    zone = await work.streaks.zone_of(act.user_id)
    entry = LogEntry(
        card_id=card_id,
        reviewed_at=act.now,
        client_id=client_id,
        kind=EntryKind.UNDO,
        rating=None,
        undoes=reviews[-1].client_id,
        seconds=None,
        source_id=None,
        local_date=local_days.local_date(
            act.now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour
        ),
    )
    return await _stored(work, card, log, entry, await _scheduler(work, act.user_id, schedulers))


async def _stored(
    work: SpacedReviewWork, card: ReviewCard, log: list[LogEntry], entry: LogEntry, scheduler: Scheduler
) -> ReviewCard:
    found = memory.of_log([*log, entry], created_at=card.created_at, scheduler=scheduler)
    card = cards.with_memory(card, found)
    await work.review_cards.append([entry])
    await work.review_cards.save([card], [found.outcomes])
    return card


async def _scheduler(work: SpacedReviewWork, user_id: UserId, schedulers: Schedulers) -> Scheduler:
    settings = await review_settings.of_user(work.review_settings, user_id)
    return review_settings.scheduler_of(settings, schedulers)


async def _graded(work: SpacedReviewWork, subject: Subject, answer: Answer) -> Fraction:
    """Grade an answer by the newest version of the question; raises InvalidInputErrors."""
    (question,) = await work.questions.by_ids([subject.question_id])
    (key,) = await work.questions.keys_by_ids([subject.question_id])
    assert question is not None  # noqa: S101 - a foreign key
    assert key is not None  # noqa: S101 - each question has one
    return grading.grade(question, key, grading.checked(question, answer))


async def _rating(
    work: SpacedReviewWork,
    subject: Subject,
    rating: Rating | None,
    credit: Fraction | None,
    seconds: int | None,
) -> Rating:
    if credit is None:
        assert rating is not None  # noqa: S101 - checked before
        return rating
    if credit == ALL and rating is Rating.EASY:
        return rating
    slow = await slow_answers.slow_times(work.items, [subject.question_id])
    took = None if seconds is None else timedelta(seconds=seconds)
    return answer_facts.rating_of(credit, took, slow=slow.get(subject.question_id))


def _known(log: Iterable[LogEntry], client_id: str, reviewed_at: datetime | None) -> Rating | None:
    """Return the rating of the review with a client id, and with a time where the client names it."""
    for entry in log:
        is_named = entry.kind is EntryKind.REVIEW and entry.client_id == client_id
        if is_named and reviewed_at in (None, entry.reviewed_at):
            return entry.rating
    return None


def _card_of(subject: Subject) -> ReviewCard:
    assert subject.card is not None  # noqa: S101 - it was found by the card
    return subject.card


def _check_client_id(value: str, field: str) -> None:
    if not _is_client_id(value):
        raise InvalidInputError(
            f"{field} must be 1 to 64 letters, digits, hyphens or underscores.", field=field
        )


def _check_rating(rating: Rating | None, *, has_answer: bool) -> None:
    if rating is None and not has_answer:
        raise InvalidInputError("Send a rating, or an answer to be graded.", field="rating")
    if has_answer and rating not in (None, Rating.EASY):
        raise InvalidInputError("With an answer, leave rating out or send EASY.", field="rating")


def _moment(reviewed_at: datetime | None, now: datetime) -> datetime:
    """Return when a review happened: a time to come counts as now. Raises InvalidInputError for one too long ago."""
    if reviewed_at is None:
        return now
    if reviewed_at < now - ACCEPTED_FOR:
        raise InvalidInputError("reviewedAt must lie within the last 72 hours.", field="reviewedAt")
    return min(reviewed_at, now)
