"""Faults of quiz drafts: everything that keeps one from being published, as it is now."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum

from domain.authoring.stores.quiz_drafts import QuizDraft
from domain.authoring.work import AuthoringWork
from domain.content.drawing.draws import queries_of
from domain.content.drawing.pools import QuestionFact, drawn
from domain.content.quizzes import MOST_QUESTIONS, PublishedContent
from domain.entities import entity
from domain.ids import QuestionId, QuizDraftId

MOST_FAULTS = 100
SHORTEST_LIMIT, LONGEST_LIMIT = timedelta(minutes=1), timedelta(hours=24)
MOST_ATTEMPTS = 100
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(days=30)
HIGHEST_MARK = 100


class QuizFaultKind(Enum):
    """What keeps a quiz from being published."""

    EMPTY = "EMPTY"
    TOO_MANY_QUESTIONS = "TOO_MANY_QUESTIONS"
    REPEATED_QUESTION = "REPEATED_QUESTION"
    FOREIGN_QUESTION = "FOREIGN_QUESTION"
    OUTDATED_QUESTION = "OUTDATED_QUESTION"
    OTHER_EXAM_TYPE = "OTHER_EXAM_TYPE"
    POOL_OUT_OF_RANGE = "POOL_OUT_OF_RANGE"
    POOL_TOO_LARGE = "POOL_TOO_LARGE"
    PASS_MARK_OUT_OF_RANGE = "PASS_MARK_OUT_OF_RANGE"
    TIME_LIMIT_OUT_OF_RANGE = "TIME_LIMIT_OUT_OF_RANGE"
    ATTEMPTS_OUT_OF_RANGE = "ATTEMPTS_OUT_OF_RANGE"
    COOL_DOWN_OUT_OF_RANGE = "COOL_DOWN_OUT_OF_RANGE"
    CLOSES_BEFORE_OPENS = "CLOSES_BEFORE_OPENS"
    ALREADY_CLOSED = "ALREADY_CLOSED"
    SLUG_TAKEN = "SLUG_TAKEN"


@entity
class QuizFault:
    """One fault; `place` is the number of the question or the pool at fault, from 1."""

    kind: QuizFaultKind
    message: str
    place: int | None = None


async def faults_of(
    work: AuthoringWork, drafts: Sequence[QuizDraft], *, now: datetime
) -> list[list[QuizFault]]:
    """Return the faults of each draft, the first 100; three statements read what all drafts depend on."""
    ids = list(dict.fromkeys(question_id for draft in drafts for question_id in draft.question_ids))
    facts = {fact.id: fact for fact in await work.question_bank.facts(ids)} if ids else {}
    slugs = list(dict.fromkeys(draft.slug for draft in drafts))
    published = dict(zip(slugs, await work.quizzes.published(slugs), strict=True)) if slugs else {}
    filled = await _filled(work, drafts)
    return [
        [
            *_of_questions(draft, facts),
            *_of_pools(draft, filled[draft.id]),
            *_of_settings(draft, now),
            *_of_slug(draft, published[draft.slug]),
        ][:MOST_FAULTS]
        for draft in drafts
    ]


async def _filled(work: AuthoringWork, drafts: Sequence[QuizDraft]) -> dict[QuizDraftId, list[int]]:
    """Return how many questions each pool of each draft can draw, all pools of the draft together."""
    queries = [query for d in drafts for query in queries_of(d, d.question_ids, d.pools, seed="")]
    queries = [query for query in queries if query.most <= MOST_QUESTIONS]
    found = iter(await work.question_bank.of_pools(queries) if queries else [])
    counts: dict[QuizDraftId, list[int]] = {}
    for draft in drafts:
        if draft.drawn_count > MOST_QUESTIONS:
            counts[draft.id] = [pool.count for pool in draft.pools]
            continue
        offered = [next(found) for _ in draft.pools]
        counts[draft.id] = [len(each) for each in drawn(draft.pools, offered)]
    return counts


def _of_questions(draft: QuizDraft, facts: Mapping[QuestionId, QuestionFact]) -> Iterator[QuizFault]:
    if not draft.question_ids and not draft.pools:
        yield QuizFault(kind=QuizFaultKind.EMPTY, message="It asks nothing; add questions or a pool.")
    if draft.question_count > MOST_QUESTIONS:
        message = f"A quiz asks at most {MOST_QUESTIONS} questions, drawn ones included; take some out."
        yield QuizFault(kind=QuizFaultKind.TOO_MANY_QUESTIONS, message=message)
    seen: Counter[QuestionId] = Counter()
    for place, question_id in enumerate(draft.question_ids, start=1):
        seen[question_id] += 1
        if seen[question_id] > 1:
            message = f"Question {place} is in the quiz before; take it out here or there."
            yield QuizFault(kind=QuizFaultKind.REPEATED_QUESTION, message=message, place=place)
            continue
        fact = facts.get(question_id)
        if fact is None or fact.author_id != draft.author_id:
            message = f"Question {place} is none of yours; take it out, or create one like it."
            yield QuizFault(kind=QuizFaultKind.FOREIGN_QUESTION, message=message, place=place)
            continue
        if fact.is_replaced:
            message = f"Question {place} has a newer version; put that in its place."
            yield QuizFault(kind=QuizFaultKind.OUTDATED_QUESTION, message=message, place=place)
        if fact.exam_type_id != draft.exam_type_id:
            message = f"Question {place} is for another exam type than the quiz; take it out."
            yield QuizFault(kind=QuizFaultKind.OTHER_EXAM_TYPE, message=message, place=place)


def _of_pools(draft: QuizDraft, filled: Sequence[int]) -> Iterator[QuizFault]:
    for place, (pool, found) in enumerate(zip(draft.pools, filled, strict=True), start=1):
        if not 1 <= pool.count <= MOST_QUESTIONS:
            message = f"Pool {place} must draw 1 to {MOST_QUESTIONS} questions."
            yield QuizFault(kind=QuizFaultKind.POOL_OUT_OF_RANGE, message=message, place=place)
        elif found < pool.count:
            message = (
                f"Pool {place} draws {pool.count} questions, and {found} of yours are left for it beside the other "
                f"questions and pools; draw fewer, or create more."
            )
            yield QuizFault(kind=QuizFaultKind.POOL_TOO_LARGE, message=message, place=place)


def _of_settings(draft: QuizDraft, now: datetime) -> Iterator[QuizFault]:
    if not 0 <= draft.pass_mark <= HIGHEST_MARK:
        message = f"passMark must be 0 to {HIGHEST_MARK}."
        yield QuizFault(kind=QuizFaultKind.PASS_MARK_OUT_OF_RANGE, message=message)
    if draft.time_limit is not None and not SHORTEST_LIMIT <= draft.time_limit <= LONGEST_LIMIT:
        message = "timeLimitMinutes must be 1 to 1440, or null for none."
        yield QuizFault(kind=QuizFaultKind.TIME_LIMIT_OUT_OF_RANGE, message=message)
    if draft.attempts_allowed is not None and not 1 <= draft.attempts_allowed <= MOST_ATTEMPTS:
        message = f"attemptsAllowed must be 1 to {MOST_ATTEMPTS}, or null for any number."
        yield QuizFault(kind=QuizFaultKind.ATTEMPTS_OUT_OF_RANGE, message=message)
    if draft.cool_down is not None and not SHORTEST_PAUSE <= draft.cool_down <= LONGEST_PAUSE:
        message = "coolDownMinutes must be 1 to 43200, or null for none."
        yield QuizFault(kind=QuizFaultKind.COOL_DOWN_OUT_OF_RANGE, message=message)
    if draft.closes_at is None:
        return
    if draft.opens_at is not None and draft.closes_at <= draft.opens_at:
        message = "closesAt must be after opensAt."
        yield QuizFault(kind=QuizFaultKind.CLOSES_BEFORE_OPENS, message=message)
    if draft.closes_at <= now:
        message = "closesAt has passed; give a later moment, or null for none."
        yield QuizFault(kind=QuizFaultKind.ALREADY_CLOSED, message=message)


def _of_slug(draft: QuizDraft, published: PublishedContent | None) -> Iterator[QuizFault]:
    """Yield that the slug is another quiz's, also one of the author's that was published since under the same slug."""
    if published is not None and (published.author_id != draft.author_id or draft.quiz_id is None):
        message = "Another quiz has this slug by now; choose another one."
        yield QuizFault(kind=QuizFaultKind.SLUG_TAKEN, message=message)
