"""Synchronising reviews of cards that were made offline."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.content.quizzes import Feedback
from tests.support.attempts import QuizTaker, a_quiz_taker, a_twin_of
from tests.support.clients.offline import sync_acts
from tests.support.question_updates import author_of
from tests.support.reviews import XP, a_card, cards, review, with_new_cards
from tests.support.schema_client import START, Asker


def a_review(card_id: str, rating: str = "GOOD", seconds: int | None = None) -> dict[str, Any]:
    measured = {} if seconds is None else {"seconds": seconds}
    return {"review": {"cardId": card_id, "rating": rating} | measured}


def an_undo(card_id: str, review: str) -> dict[str, Any]:
    return {"undoReview": {"cardId": card_id, "review": review}}


async def sync(taker: QuizTaker, *acts: dict[str, Any], **given: Any) -> list[tuple[str, list[Any]]]:
    return await sync_acts(taker.ask, taker.viewer, *acts, **given)


async def ids_of(taker: QuizTaker) -> Sequence[str]:
    return sorted(card["id"] for card in await cards(taker.ask, taker.viewer))


async def card_of(taker: QuizTaker, card_id: str) -> dict[str, Any]:
    return next(card for card in await cards(taker.ask, taker.viewer) if card["id"] == card_id)


async def earned(taker: QuizTaker) -> dict[str, int]:
    """Return the XP of reviews by their sources."""
    entries = (await taker.ask.data(XP, taker.viewer))["viewer"]["xp"]["nodes"]
    return {entry["source"]["id"]: entry["amount"] for entry in entries if entry["reason"] == "REVIEW"}


async def test_a_review_counts_when_it_was_made(ask: Asker) -> None:
    taker = await with_new_cards(ask)
    card_id, *_ = await ids_of(taker)
    await sync(taker)
    ask.clock.forward(days=2)
    at = ask.clock.moment - timedelta(days=1)

    told = await sync(taker, a_review(card_id, "EASY", 7), at=at)

    card = await card_of(taker, card_id)
    assert told == [("APPLIED", [])]
    assert (card["state"], card["reviews"]) == ("REVIEW", 1)
    assert datetime.fromisoformat(card["lastReviewedAt"]) == at
    assert await earned(taker) == {f"{card_id}:{at.date()}": 2}


async def test_a_review_that_was_sent_alone_under_the_same_id_is_the_same(ask: Asker) -> None:
    taker = await with_new_cards(ask)
    card_id, *_ = await ids_of(taker)
    await review(ask, taker.viewer, card_id, clientId="e0")

    told = await sync(taker, a_review(card_id), ids=["e0"], at=START + timedelta(seconds=-1))

    assert told == [("APPLIED", [])]
    assert (await card_of(taker, card_id))["reviews"] == 1


async def test_an_undo_takes_back_its_review_whichever_arrives_first(ask: Asker) -> None:
    taker = await with_new_cards(ask)
    first, second, third = await ids_of(taker)
    await review(ask, taker.viewer, third, clientId="alone")

    told = await sync(taker, an_undo(second, "r2"), a_review(first), an_undo(third, "alone"))
    told += await sync(taker, a_review(second), an_undo(first, "e1"), ids=["r2", "u1"])

    assert told == [("APPLIED", [])] * 5
    assert [(await card_of(taker, card_id))["state"] for card_id in (first, second, third)] == ["NEW"] * 3
    assert sorted((await earned(taker)).values()) == [2, 2, 2]


async def test_a_card_earns_once_a_date(ask: Asker) -> None:
    taker = await with_new_cards(ask)
    card_id, *_ = await ids_of(taker)
    await sync(taker, device="tablet")
    ask.clock.forward(days=1)
    await review(ask, taker.viewer, card_id)

    await sync(taker, *[a_review(card_id)] * 2)
    await sync(taker, a_review(card_id), at=START + timedelta(hours=1), ids=["before"], device="tablet")

    assert sorted(await earned(taker)) == [f"{card_id}:2026-03-02", f"{card_id}:2026-03-03"]
    assert (await card_of(taker, card_id))["reviews"] == 4


async def test_a_review_is_not_before_its_card_was_made(ask: Asker) -> None:
    taker = await with_new_cards(ask)
    card_id, *_ = await ids_of(taker)

    await sync(taker, a_review(card_id), at=START - timedelta(days=1))

    assert datetime.fromisoformat((await card_of(taker, card_id))["lastReviewedAt"]) == START


async def test_a_card_of_an_own_question_earns_nothing(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    author = author_of(taker)
    card_id = await a_card(ask, author, taker.questions[0].id)

    told = await sync_acts(ask, author, a_review(card_id))

    assert told == [("APPLIED", [])]
    assert (await ask.data(XP, author))["viewer"]["xp"]["nodes"] == []


async def test_the_card_of_a_question_that_shows_the_score_only_is_refused(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, feedback=Feedback.SCORE_ONLY)
    card_id = await a_card(ask, taker.viewer, taker.questions[0].id)

    told = await sync(taker, a_review(card_id))

    assert told == [("REFUSED", [("INVALID_INPUT", "cardId")])]


async def test_ten_reviews_of_a_date_count_for_the_streak(ask: Asker) -> None:
    taker = await with_new_cards(ask)
    card_id, *_ = await ids_of(taker)
    acts = [a_review(card_id) for _ in range(10)]

    await sync(taker, *acts[:9])
    before = (await ask.data(XP, taker.viewer))["viewer"]["streak"]["current"]
    await sync(taker, acts[9], ids=["tenth"])

    after = (await ask.data(XP, taker.viewer))["viewer"]["streak"]["current"]
    assert (before, after) == (0, 1)


async def test_the_card_of_a_question_that_an_open_attempt_asks_is_refused(ask: Asker) -> None:
    taker = await with_new_cards(ask)
    card_id, *_ = await ids_of(taker)
    twin = await a_twin_of(taker, corrected=True)
    attempt_id = await twin.start_attempt("twin")

    told = await sync(taker, a_review(card_id), an_undo(card_id, "e0"))
    await twin.abandon(attempt_id)

    assert told == [("REFUSED", [("QUESTION_IN_OPEN_ATTEMPT", "cardId")])] * 2
    assert (await card_of(taker, card_id))["reviews"] == 0


async def test_what_is_wrong_with_a_review_is_told_together(ask: Asker) -> None:
    taker, other = await with_new_cards(ask), await with_new_cards(ask)
    (card_id, *_), (others, *_) = await ids_of(taker), await ids_of(other)

    told = await sync(
        taker,
        a_review(others, seconds=3_601),
        a_review("card", seconds=-1),
        an_undo(others, "not a name"),
        a_review(card_id, seconds=3_600),
    )

    assert told == [
        ("REFUSED", [("INVALID_INPUT", "seconds"), ("NOT_FOUND", "cardId")]),
        ("REFUSED", [("INVALID_INPUT", "seconds"), ("NOT_FOUND", "cardId")]),
        ("REFUSED", [("INVALID_INPUT", "review"), ("NOT_FOUND", "cardId")]),
        ("APPLIED", []),
    ]
    assert [card["reviews"] for card in await cards(ask, other.viewer)] == [0, 0, 0]
    assert ask.defects == []


async def test_reviews_are_accepted_for_72_hours(ask: Asker) -> None:
    taker = await with_new_cards(ask)
    card_id, *_ = await ids_of(taker)
    at = ask.clock.moment
    ask.clock.forward(hours=72)
    in_time = await sync(taker, a_review(card_id), at=at)
    ask.clock.forward(milliseconds=1)

    late = await sync(taker, a_review(card_id), at=at, ids=["late"], device="tablet")

    assert in_time == [("APPLIED", [])]
    assert late == [("REFUSED", [("EVENT_TOO_OLD", "occurredAt")])]


async def test_the_number_of_statements_does_not_depend_on_the_number_of_reviews_at_a_time(
    ask: Asker,
) -> None:
    taker = await with_new_cards(ask)
    found = await ids_of(taker)
    await sync(taker, *[a_review(card_id) for card_id in found] * 4)
    counts = []

    for batch, size in enumerate([1, 300]):
        acts = [a_review(found[n % 3]) for n in range(size)]
        await sync(taker, *acts, ids=[f"{batch}-{n}" for n in range(size)])
        counts.append(ask.statements)

    assert counts[0] == counts[1]
