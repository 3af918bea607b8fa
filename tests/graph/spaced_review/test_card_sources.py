"""Sources of cards: answers in study mode make cards too, and what shows the score only makes none."""

from dataclasses import replace

import pytest

from domain.content.answers import Answer
from domain.content.quizzes import Feedback
from tests.support.attempts import a_quiz_taker, a_twin_of
from tests.support.reviews import (
    ADD,
    REVIEW,
    XP,
    cards,
    mutate,
    queue,
    review,
    take_answers,
    with_new_cards,
)
from tests.support.schema_client import Asker
from tests.support.study import a_studier, studier_of


def wrong(right: Answer) -> Answer:
    return replace(right, truth=not right.truth)


async def test_a_wrong_answer_in_study_mode_makes_a_card_once(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    asked = [(await studier.next(session_id))["slot"]["question"]["id"]]
    await studier.answer(session_id, 1, wrong(studier.right(asked[0])))
    asked.append((await studier.next(session_id))["slot"]["question"]["id"])
    await studier.answer(session_id, 2, studier.right(asked[1]))

    await take_answers(ask)
    await take_answers(ask)

    (card,) = await cards(ask, studier.viewer)
    assert card["question"]["id"] == asked[0]
    assert card["reviews"] == 1


async def test_a_quiz_that_shows_the_score_only_makes_no_cards_and_is_not_studied(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, feedback=Feedback.SCORE_ONLY)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id, wrong=2)
    await taker.submit(attempt_id)

    await take_answers(ask)
    added = await mutate(ask, ADD, taker.viewer, targetId=taker.questions[0].id)
    studied = await (await studier_of(taker)).start()

    assert await cards(ask, taker.viewer) == []
    assert [(error["code"], error["field"]) for error in added["userErrors"]] == [
        ("INVALID_INPUT", "targetId")
    ]
    assert [error["code"] for error in studied["userErrors"]] == ["NOTHING_TO_STUDY"]


@pytest.mark.parametrize("reviewed_at", ["2026-02-28T09:00:00Z", "2026-03-09T09:00:00Z"])
async def test_a_review_is_neither_before_its_card_was_made_nor_later_than_now(
    ask: Asker, reviewed_at: str
) -> None:
    taker = await with_new_cards(ask, 1)
    (card,) = await queue(ask, taker.viewer)

    for _ in range(2):
        await review(ask, taker.viewer, card["id"], reviewedAt=reviewed_at, clientId="one")

    (reviewed,) = await cards(ask, taker.viewer)
    assert reviewed["lastReviewedAt"] == card["createdAt"]
    assert reviewed["reviews"] == 1
    earned = (await ask.data(XP, taker.viewer))["viewer"]["xp"]["nodes"]
    assert [entry["amount"] for entry in earned if entry["reason"] == "REVIEW"] == [2]


async def test_a_card_is_gone_by_every_path_once_a_quiz_that_shows_the_score_only_asks_it(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id, wrong=1)
    await taker.submit(attempt_id)
    await take_answers(ask)
    (card,) = await cards(ask, taker.viewer)
    text = "query ($id: ID!) { node(id: $id) { ... on ReviewCard { answer { explanation } } } }"
    before = (await ask.data(text, taker.viewer, id=card["id"]))["node"]
    await a_twin_of(taker, feedback=Feedback.SCORE_ONLY)

    after = (await ask.data(text, taker.viewer, id=card["id"]))["node"]
    rated = {"cardId": card["id"], "clientId": "late", "rating": "GOOD"}
    refused = await mutate(ask, REVIEW, taker.viewer, **rated)

    assert before["answer"]["explanation"] == taker.keys[-1].explanation
    assert await cards(ask, taker.viewer) == []
    assert after is None
    assert refused["card"] is None


async def test_a_review_that_is_dated_back_counts_on_the_day_that_it_is_sent(ask: Asker) -> None:
    taker = await with_new_cards(ask, 1)
    (card,) = await cards(ask, taker.viewer)
    ask.clock.forward(days=2)

    reviewed = await review(ask, taker.viewer, card["id"], reviewedAt="2026-03-03T09:00:00Z")

    entries = (await ask.data(XP, taker.viewer))["viewer"]["xp"]["nodes"]
    sources = [entry["source"]["id"] for entry in entries if entry["reason"] == "REVIEW"]
    assert reviewed["lastReviewedAt"] == "2026-03-03T09:00:00.000Z"
    assert sources == [f"{card['id']}:2026-03-04"]
