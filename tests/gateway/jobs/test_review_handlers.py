"""Jobs of spaced review, on real Postgres: what they make of answers, and whom parameters are fitted to."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.ids import UserId
from domain.spaced_review import parameter_fits
from domain.spaced_review.memory import CardState
from domain.spaced_review.review_log import EntryKind, LogEntry, Rating
from domain.unit_of_work import Meter
from tests.builders.attempts import right_answer
from tests.support.attempts import QuizTaker, a_quiz_taker, sent
from tests.support.reviews import (
    ADD,
    REVIEW,
    SETTINGS,
    cards,
    mutate,
    queue,
    run_job,
    take_answers,
    with_new_cards,
    with_wrong_answers,
)
from tests.support.schema_client import Asker

DAY = timedelta(days=1)


async def a_history(ask: Asker, taker: QuizTaker, reviews: int) -> None:
    """Give each of the learner's cards so many reviews, days apart."""
    async with ask.postgres.open_work(Meter()) as work:
        found = await work.review_cards.all_of(taker.viewer.user_id, after=None, limit=100)
        for card in found:
            entries = [
                LogEntry(
                    card_id=card.id,
                    reviewed_at=ask.clock() + n * (n + 1) // 2 * DAY,
                    client_id=f"r{n}",
                    kind=EntryKind.REVIEW,
                    rating=Rating.AGAIN if n % 4 == 3 else Rating.GOOD,
                    undoes=None,
                    seconds=None,
                    source_id=None,
                    local_date=ask.clock().date(),
                )
                for n in range(reviews)
            ]
            await work.review_cards.append(entries)
        made = [
            replace(card, reviews=reviews, state=CardState.LEARNING, last_reviewed_at=ask.clock())
            for card in found
        ]
        await work.review_cards.save(made, [[] for _ in made])


async def test_attempts_of_many_entries_are_taken_in_several_transactions(
    ask: Asker, monkeypatch: Any
) -> None:
    monkeypatch.setattr("gateway.jobs.areas.review_handlers._ENTRIES", 1)
    takers = [await a_quiz_taker(ask) for _ in range(2)]
    for taker in takers:
        attempt_id = await taker.start_attempt()
        await taker.answer_all(attempt_id, wrong=1)
        await taker.submit(attempt_id)

    taken = await take_answers(ask)

    assert taken >= 10
    assert [len(await cards(ask, taker.viewer)) for taker in takers] == [1, 1]


async def test_open_and_abandoned_attempts_make_no_cards(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id, wrong=5)
    await take_answers(ask)
    await taker.abandon(attempt_id)

    await take_answers(ask)

    assert await cards(ask, taker.viewer) == []


async def test_a_slow_right_answer_is_hard_once_enough_answers_are_known(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=None)
    for number in range(20):
        _, viewer = await ask.learner()
        attempt_id = await taker.start_attempt(f"s{number}", viewer)
        await taker.answer_all(attempt_id, viewer=viewer)
        await taker.submit(attempt_id, f"e{number}", viewer)
    await run_job(ask, "count_responses")
    own = await with_new_cards_of(ask, taker)
    ids = [card["id"] for card in await queue(ask, own.viewer)][:2]

    found = [
        await mutate(
            ask,
            REVIEW,
            own.viewer,
            cardId=card_id,
            clientId="a",
            answer=sent(right_answer(taker.keys[number])),
            seconds=seconds,
        )
        for number, (card_id, seconds) in enumerate(zip(ids, (10, 11), strict=True))
    ]

    assert [each["rating"] for each in found] == ["GOOD", "HARD"]


async def with_new_cards_of(ask: Asker, taker: QuizTaker) -> QuizTaker:
    await taker.submit(await taker.start_attempt("own"), "own")
    for question in taker.questions[:2]:
        await mutate(ask, ADD, taker.viewer, targetId=question.id)
    return taker


async def test_parameters_are_fitted_to_learners_with_enough_reviews(ask: Asker, monkeypatch: Any) -> None:
    monkeypatch.setattr(parameter_fits, "LEAST_REVIEWS", 50)
    many, few = await with_new_cards(ask, 5), await with_new_cards(ask, 5)
    await a_history(ask, many, 10)
    await a_history(ask, few, 9)

    first = await run_job(ask, "refit_reviews")
    again = await run_job(ask, "refit_reviews")

    assert (first, again) == ({"learners": 1, "cards": 5}, {"learners": 0, "cards": 0})
    fitted = (await ask.data(SETTINGS, many.viewer))["reviewSettings"]
    usual = (await ask.data(SETTINGS, few.viewer))["reviewSettings"]
    assert (fitted["fittedReviews"], fitted["fittedAt"]) == (50, "2026-03-02T09:00:00.000Z")
    assert usual["fittedAt"] is None
    assert {card["reviews"] for card in await cards(ask, many.viewer)} == {10}


async def test_an_erased_learner_gets_no_cards(ask: Asker) -> None:
    taker = await with_wrong_answers(ask, wrong=1)
    user_id = UserId(taker.viewer.user_id)
    async with ask.postgres.open_work(Meter()) as work:
        await work.deletions.anonymise(user_id, handle="gone", now=ask.clock())

    await take_answers(ask)

    async with ask.postgres.open_reads(Meter()) as reads:
        assert await reads.review_cards.count(user_id) == 0
