"""Taking answers: what was answered elsewhere makes cards of wrong answers, and rates the cards that exist."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from domain import ids
from domain.acts import Act
from domain.ids import QuestionId, ReviewCardId, UserId
from domain.spaced_review import answer_facts, cards, memory, review_settings, slow_answers
from domain.spaced_review.answer_facts import AnswerFact, AnswerSource, FactBatch
from domain.spaced_review.cards import MOST_CARDS, ReviewCard, Subject
from domain.spaced_review.memory import Schedulers
from domain.spaced_review.review_log import EntryKind, LogEntry, Rating
from domain.spaced_review.work import SpacedReviewWork

READ_AGAIN_MS = 60_000
_by_user = attrgetter("user_id")


async def take_some(
    work: SpacedReviewWork,
    act: Act,
    schedulers: Schedulers,
    *,
    source: AnswerSource,
    after: str | None,
    limit: int,
) -> FactBatch:
    """Take the answers of a source that follow an id there, and return them.

    None goes on where the last run ended. It reads the last minute again, of which some may have been committed late;
    answers that were taken before change nothing.
    """
    until = await work.answer_feed.taken_until(source)
    if after is None and until is not None:
        after = ids.made_before(until, milliseconds=READ_AGAIN_MS)
    batch = await work.answer_feed.read(source, after=after, limit=limit)
    await take(work, act, schedulers, batch.facts)
    if batch.until is not None:
        await work.answer_feed.advance(source, batch.until)
    return batch


async def take(work: SpacedReviewWork, act: Act, schedulers: Schedulers, facts: Sequence[AnswerFact]) -> None:
    """Take answers of learners; those that were taken before change nothing.

    A wrong answer makes a card where there is none. A right one rates the card that there is, as HARD if it was slow.
    """
    slow = await slow_answers.slow_times(work.items, _questions(facts)) if facts else {}
    for user_id, some in groupby(sorted(facts, key=_by_user), _by_user):
        await _take_of(work, act, schedulers, user_id, list(some), slow)


async def _take_of(
    work: SpacedReviewWork,
    act: Act,
    schedulers: Schedulers,
    user_id: UserId,
    facts: list[AnswerFact],
    slow: Mapping[QuestionId, timedelta],
) -> None:
    await work.xp.lock(user_id)
    asked = _questions(facts)
    found = await work.review_cards.subjects(asked, user_id=user_id)
    subjects = {id_: subject for id_, subject in zip(asked, found, strict=True) if subject is not None}
    room = MOST_CARDS - await work.review_cards.count(user_id)
    held: dict[QuestionId, ReviewCard] = {}
    new: list[ReviewCard] = []
    entries: list[LogEntry] = []
    for fact in sorted(facts, key=attrgetter("answered_at")):
        subject = subjects.get(fact.question_id)
        if subject is None or subject.is_score_only:
            continue
        rating = answer_facts.rating_of(fact.credit, fact.took, slow=slow.get(fact.question_id))
        card = held.get(subject.lineage_id) or subject.card
        if card is None and rating is Rating.AGAIN and len(new) < room:
            card = _new(act, user_id, subject, fact)
            new.append(card)
        if card is not None:
            held[subject.lineage_id] = card
            entries.append(_entry(card, fact, rating))
    if not entries:
        return
    await work.review_cards.add(new)
    await work.review_cards.append(entries)
    await recompute(work, schedulers, user_id, list(held.values()))


def _new(act: Act, user_id: UserId, subject: Subject, fact: AnswerFact) -> ReviewCard:
    id_ = ReviewCardId(act.mint("reviewcard"))
    return cards.new_card(id_, user_id=user_id, subject=subject, now=fact.answered_at)


def _entry(card: ReviewCard, fact: AnswerFact, rating: Rating) -> LogEntry:
    return LogEntry(
        card_id=card.id,
        reviewed_at=fact.answered_at,
        client_id=fact.source_id,
        kind=EntryKind.ANSWER,
        rating=rating,
        undoes=None,
        seconds=None if fact.took is None else fact.took // timedelta(seconds=1),
        source_id=fact.source_id,
        local_date=fact.local_date,
    )


async def recompute(
    work: SpacedReviewWork, schedulers: Schedulers, user_id: UserId, some: Sequence[ReviewCard]
) -> None:
    """Compute cards of a locked learner from their logs again."""
    settings = await review_settings.of_user(work.review_settings, user_id)
    scheduler = review_settings.scheduler_of(settings, schedulers)
    logs: dict[ReviewCardId, list[LogEntry]] = {card.id: [] for card in some}
    for entry in await work.review_cards.log(list(logs)):
        logs[entry.card_id].append(entry)
    found = [memory.of_log(logs[card.id], created_at=card.created_at, scheduler=scheduler) for card in some]
    changed = [cards.with_memory(card, one) for card, one in zip(some, found, strict=True)]
    await work.review_cards.save(changed, [one.outcomes for one in found])


def _questions(facts: Sequence[AnswerFact]) -> list[QuestionId]:
    return list(dict.fromkeys(fact.question_id for fact in facts))
