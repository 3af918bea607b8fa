"""Spaced review through the schema: cards, the queue, reviews, and what they earn."""

from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from domain.ids import BookmarkId
from domain.spaced_review.review_jobs import RescheduleArguments
from tests.builders import mint
from tests.builders.attempts import right_answer
from tests.support.attempts import QuizTaker, a_quiz_taker, a_twin_of, codes, sent
from tests.support.bookmarks import save_bookmark
from tests.support.progress import set_target, targets_of
from tests.support.reviews import (
    ADD,
    BURY,
    FORECAST,
    RESUME,
    REVIEW,
    SAVE,
    SETTINGS,
    SUSPEND,
    UNDO,
    XP,
    cards,
    ids_of,
    mutate,
    queue,
    review,
    run_job,
    take_answers,
    with_new_cards,
    with_wrong_answers,
)
from tests.support.schema_client import Asker, viewer_of


async def test_wrong_answers_of_a_graded_attempt_make_cards_that_are_due(ask: Asker) -> None:
    taker = await with_wrong_answers(ask, wrong=2)
    ask.clock.forward(minutes=2)

    due = await queue(ask, taker.viewer)

    assert ids_of(due) == [question.id for question in taker.questions[3:]]
    assert {(card["state"], card["reviews"]) for card in due} == {("LEARNING", 1)}
    assert due[0]["answer"]["explanation"] == taker.keys[3].explanation


async def test_answers_are_taken_once(ask: Asker) -> None:
    taker = await with_wrong_answers(ask, wrong=2)
    before = await cards(ask, taker.viewer)

    await take_answers(ask)

    assert await cards(ask, taker.viewer) == before


async def test_a_later_right_answer_rates_the_card_and_makes_none(ask: Asker) -> None:
    taker = await with_wrong_answers(ask, wrong=1)
    ask.clock.forward(days=2)
    attempt_id = await taker.start_attempt("again")
    await taker.answer_all(attempt_id)
    await taker.submit(attempt_id, "again")

    await take_answers(ask)

    (card,) = await cards(ask, taker.viewer)
    assert (card["reviews"], card["question"]["id"]) == (2, taker.questions[4].id)


async def test_a_card_is_made_by_hand_once_from_a_question_or_a_bookmark(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    await taker.submit(await taker.start_attempt())
    bookmark = await save_bookmark(ask, taker.viewer, taker.questions[1].id)
    quiz = await save_bookmark(ask, taker.viewer, taker.quiz.id)

    first = await mutate(ask, ADD, taker.viewer, targetId=taker.questions[0].id)
    again = await mutate(ask, ADD, taker.viewer, targetId=taker.questions[0].id)
    marked = await mutate(ask, ADD, taker.viewer, targetId=bookmark["id"])
    foreign = await mutate(ask, ADD, taker.viewer, targetId=quiz["id"])
    unknown = await mutate(ask, ADD, taker.viewer, targetId=BookmarkId(mint("bookmark")))
    unasked = await mutate(ask, ADD, taker.viewer, targetId=mint("question"))
    other = await mutate(ask, ADD, taker.viewer, targetId=taker.quiz.id)

    assert first["card"]["state"] == "NEW"
    assert again == first
    assert marked["card"]["question"]["id"] == taker.questions[1].id
    assert [codes(each) for each in (foreign, unknown, unasked, other)] == [
        [("InvalidInput", "targetId")],
        [("NotFound", "targetId")],
        [("NotFound", "targetId")],
        [("InvalidInput", "targetId")],
    ]


async def test_the_queue_has_due_cards_first_and_then_new_ones_up_to_the_limit_of_a_day(ask: Asker) -> None:
    taker = await with_new_cards(ask, 5)
    await mutate(ask, SAVE, taker.viewer, newADay=2)
    shown = [question.id for question in taker.questions]
    first = await queue(ask, taker.viewer)

    await review(ask, taker.viewer, first[0]["id"], "AGAIN")
    ask.clock.forward(minutes=2)

    assert ids_of(first) == shown[:2]
    assert ids_of(await queue(ask, taker.viewer)) == [shown[0], shown[1]]
    ask.clock.forward(days=1)
    assert ids_of(await queue(ask, taker.viewer)) == shown[:3]


async def test_a_page_of_the_queue_goes_on_where_the_one_before_ended(ask: Asker) -> None:
    taker = await with_new_cards(ask, 5)
    for card in (await queue(ask, taker.viewer))[:2]:
        await review(ask, taker.viewer, card["id"], "AGAIN")
    ask.clock.forward(minutes=2)
    whole = ids_of(await queue(ask, taker.viewer))

    found: list[str] = []
    after = None
    for _ in range(3):
        page = (await ask.data(QUEUE_PAGE, taker.viewer, after=after))["reviewQueue"]
        found += [node["question"]["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]

    assert found == whole


QUEUE_PAGE = """query ($after: Cursor) { reviewQueue(first: 2, after: $after) {
  nodes { question { id } } pageInfo { endCursor } } }"""


@pytest.mark.parametrize(
    ("rating", "state"), [("AGAIN", "LEARNING"), ("HARD", "LEARNING"), ("EASY", "REVIEW")]
)
async def test_a_rating_schedules_the_card(ask: Asker, rating: str, state: str) -> None:
    taker = await with_new_cards(ask, 1)
    (card,) = await queue(ask, taker.viewer)

    rated = await review(ask, taker.viewer, card["id"], rating)

    assert (rated["state"], rated["reviews"]) == (state, 1)
    assert rated["dueAt"] > rated["lastReviewedAt"]


async def test_an_answer_is_graded_and_only_the_learner_says_easy(ask: Asker) -> None:
    taker = await with_new_cards(ask, 3)
    wanted = [card["id"] for card in await queue(ask, taker.viewer)]
    right = sent(right_answer(taker.keys[0]))

    async def answered(card_id: str, answer: dict[str, Any], **given: Any) -> dict[str, Any]:
        given = {"cardId": card_id, "clientId": mint("review"), "answer": answer} | given
        return await mutate(ask, REVIEW, taker.viewer, **given)

    good = await answered(wanted[0], right)
    easy = await answered(wanted[1], right, rating="EASY")
    wrong = await answered(wanted[2], {"truth": not right["truth"]}, rating="EASY")
    rated = await answered(wanted[0], right, rating="HARD")
    other = await answered(wanted[0], {"text": "yes"})

    assert [(each["rating"], each["credit"]) for each in (good, easy, wrong)] == [
        ("GOOD", 1.0),
        ("EASY", 1.0),
        ("AGAIN", 0.0),
    ]
    assert (codes(rated), codes(other)) == ([("InvalidInput", "rating")], [("InvalidInput", "text")])


async def test_several_faults_of_a_review_are_named_together_and_change_nothing(ask: Asker) -> None:
    taker = await with_new_cards(ask, 1)
    (card,) = await queue(ask, taker.viewer)

    payload = await mutate(
        ask,
        REVIEW,
        taker.viewer,
        cardId=card["id"],
        clientId="no spaces",
        seconds=-1,
        reviewedAt="2026-02-01T00:00:00Z",
    )

    assert codes(payload) == [
        ("InvalidInput", "clientId"),
        ("InvalidInput", "rating"),
        ("InvalidInput", "seconds"),
        ("InvalidInput", "reviewedAt"),
    ]
    assert await queue(ask, taker.viewer) == [card]


async def test_the_same_review_again_changes_nothing(ask: Asker) -> None:
    taker = await with_new_cards(ask, 1)
    (card,) = await queue(ask, taker.viewer)
    first = await review(ask, taker.viewer, card["id"], "GOOD", clientId="one")
    ask.clock.forward(minutes=1)

    again = await review(ask, taker.viewer, card["id"], "AGAIN", clientId="one")

    assert again == first


async def test_reviews_of_two_devices_end_in_the_same_state_in_any_order(ask: Asker) -> None:
    taker = await with_new_cards(ask, 2)
    one, other = [card["id"] for card in await queue(ask, taker.viewer)]
    ask.clock.forward(days=2)
    entries = [
        {"reviewedAt": "2026-03-02T12:00:00Z", "clientId": "phone", "rating": "GOOD"},
        {"reviewedAt": "2026-03-02T12:09:00Z", "clientId": "tablet", "rating": "AGAIN"},
        {"reviewedAt": "2026-03-04T08:00:00Z", "clientId": "phone-2", "rating": "EASY"},
    ]

    for entry in entries:
        await review(ask, taker.viewer, one, **entry)
    for entry in reversed(entries):
        await review(ask, taker.viewer, other, **entry)

    names = ("state", "dueAt", "stability", "difficulty", "reviews", "lapses", "lastReviewedAt")
    first, second = await cards(ask, taker.viewer)
    assert {name: first[name] for name in names} == {name: second[name] for name in names}


async def test_a_review_is_taken_back(ask: Asker) -> None:
    taker = await with_new_cards(ask, 1)
    (card,) = await queue(ask, taker.viewer)
    await review(ask, taker.viewer, card["id"], "EASY")

    undone = await mutate(ask, UNDO, taker.viewer, cardId=card["id"], clientId="undo")
    again = await mutate(ask, UNDO, taker.viewer, cardId=card["id"], clientId="undo")
    nothing = await mutate(ask, UNDO, taker.viewer, cardId=card["id"], clientId="undo-2")

    assert undone["card"] == card
    assert again == undone
    assert codes(nothing) == [("NotFound", "cardId")]


async def test_suspended_and_buried_cards_are_not_asked(ask: Asker) -> None:
    taker = await with_new_cards(ask, 3)
    one, two, three = [card["id"] for card in await queue(ask, taker.viewer)]

    suspended = (await mutate(ask, SUSPEND, taker.viewer, cardId=one))["card"]
    again = (await mutate(ask, SUSPEND, taker.viewer, cardId=one))["card"]
    buried = (await mutate(ask, BURY, taker.viewer, cardId=two))["card"]

    assert (suspended["suspended"], again, buried["buriedUntil"]) == (
        True,
        suspended,
        "2026-03-03T00:00:00.000Z",
    )
    assert [card["id"] for card in await queue(ask, taker.viewer)] == [three]
    assert [card["id"] for card in await cards(ask, taker.viewer, isSuspended=True)] == [one]
    ask.clock.forward(days=1)
    assert [card["id"] for card in await queue(ask, taker.viewer)] == [two, three]
    await mutate(ask, RESUME, taker.viewer, cardId=one)
    assert [card["id"] for card in await queue(ask, taker.viewer)] == [one, two, three]


async def test_a_card_of_a_question_in_an_open_attempt_is_absent_everywhere_and_refuses(ask: Asker) -> None:
    taker = await with_wrong_answers(ask, wrong=5)
    ask.clock.forward(minutes=2)
    held = await queue(ask, taker.viewer)
    twin = await a_twin_of(taker, 2, corrected=True)
    await twin.start_attempt("twin")
    card_id = held[0]["id"]

    left = await queue(ask, taker.viewer)
    acts = [
        await mutate(ask, REVIEW, taker.viewer, cardId=card_id, clientId="a", answer={"truth": True}),
        await mutate(ask, UNDO, taker.viewer, cardId=card_id, clientId="a"),
        *[await mutate(ask, act, taker.viewer, cardId=card_id) for act in (SUSPEND, RESUME, BURY)],
    ]
    added = await mutate(ask, ADD, taker.viewer, targetId=twin.questions[0].id)
    node = await ask.data("query ($id: ID!) { node(id: $id) { id } }", taker.viewer, id=card_id)

    assert ids_of(left) == [question.id for question in taker.questions[2:]]
    assert len(await cards(ask, taker.viewer)) == 3
    assert [codes(each) for each in acts] == [[("QuestionInOpenAttempt", "cardId")]] * 5
    assert codes(added) == [("QuestionInOpenAttempt", "targetId")]
    assert node == {"node": None}


async def test_a_card_shows_the_newest_version_of_its_question(ask: Asker) -> None:
    taker = await with_wrong_answers(ask, wrong=1)
    (card,) = await cards(ask, taker.viewer)
    update = """mutation ($input: UpdateQuestionInput!) { updateQuestion(input: $input) {
      userErrors { __typename ... on UserError { field message } } } }"""
    as_author = viewer_of_author(taker)

    payload = await mutate(ask, update, as_author, id=taker.questions[4].id, version=1, prompt="Is it so?")

    assert payload["userErrors"] == []
    (after,) = await cards(ask, taker.viewer)
    assert (after["id"], after["question"]["prompt"], after["dueAt"]) == (
        card["id"],
        "Is it so?",
        card["dueAt"],
    )
    assert after["question"]["id"] != card["question"]["id"]


def viewer_of_author(taker: QuizTaker) -> Viewer:
    assert taker.quiz.author_id is not None
    return viewer_of(taker.quiz.author_id, Role.LEARNER, Role.AUTHOR)


async def test_reviews_earn_xp_once_a_day_for_each_card_and_ten_count_for_the_streak(ask: Asker) -> None:
    taker = await with_new_cards(ask, 5)
    await set_target(ask, taker.viewer, "DAILY_REVIEWS", 10)
    wanted = [card["id"] for card in await queue(ask, taker.viewer)]
    ask.clock.forward(days=1)  # the attempt counted for the day before

    for card_id in wanted:
        await review(ask, taker.viewer, card_id)
        await review(ask, taker.viewer, card_id)

    viewer = (await ask.data(XP, taker.viewer))["viewer"]
    entries = [node for node in viewer["xp"]["nodes"] if node["reason"] == "REVIEW"]
    assert [entry["amount"] for entry in entries] == [2] * 5
    assert entries[-1]["source"] == {"type": "review_card", "id": f"{wanted[0]}:2026-03-03"}
    assert viewer["streak"]["current"] == 1
    (target,) = await targets_of(ask, taker.viewer)
    assert (target["done"], target["reached"]) == (10, True)


async def test_an_own_question_earns_nothing(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    author = viewer_of_author(taker)
    await taker.submit(await taker.start_attempt(viewer=author), viewer=author)
    card = (await mutate(ask, ADD, author, targetId=taker.questions[0].id))["card"]

    await review(ask, author, card["id"])

    nodes = (await ask.data(XP, author))["viewer"]["xp"]["nodes"]
    assert not [node for node in nodes if node["reason"] == "REVIEW"]


async def test_the_forecast_has_thirty_days_and_overdue_cards_on_the_first(ask: Asker) -> None:
    taker = await with_wrong_answers(ask, wrong=2)
    ask.clock.forward(days=1)
    one = (await queue(ask, taker.viewer))[0]["id"]
    rated = await review(ask, taker.viewer, one, "EASY")

    days = (await ask.data(FORECAST, taker.viewer))["reviewForecast"]

    assert len(days) == 30
    assert days[0] == {"date": "2026-03-03", "due": 1}
    assert {"date": rated["dueAt"][:10], "due": 1} in days
    assert sum(day["due"] for day in days) == 2


async def test_settings_are_checked_together_and_another_retention_moves_all_cards(ask: Asker) -> None:
    taker = await with_new_cards(ask, 1)
    usual = (await ask.data(SETTINGS, taker.viewer))["reviewSettings"]
    card = await review(ask, taker.viewer, (await queue(ask, taker.viewer))[0]["id"], "EASY")

    refused = await mutate(ask, SAVE, taker.viewer, retention=0.5, newADay=-1)
    cleared = await mutate(ask, SAVE, taker.viewer, retention=None)
    saved = await mutate(ask, SAVE, taker.viewer, retention=0.97)
    moved = await run_job(ask, "reschedule_reviews", RescheduleArguments(user_id=taker.viewer.user_id))

    assert usual == {"retention": 0.9, "newADay": 20, "fittedAt": None, "fittedReviews": 0}
    assert codes(refused) == [("InvalidInput", "retention"), ("InvalidInput", "newADay")]
    assert codes(cleared) == [("InvalidInput", "retention")]
    assert saved["settings"]["retention"] == 0.97
    assert moved == {"cards": 1}
    assert (await cards(ask, taker.viewer))[0]["dueAt"] < card["dueAt"]
