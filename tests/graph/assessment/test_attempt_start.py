"""Starting, reading and abandoning attempts through the schema."""

import asyncio
from datetime import timedelta

import pytest

from domain.content.answers import Answer
from domain.content.question_kinds.table import QuestionKind
from domain.ids import UserId
from domain.unit_of_work import Meter
from tests.builders.attempts import store_quiz
from tests.support.attempts import EVERY_KIND, START, a_quiz_taker, codes
from tests.support.schema_client import START as MORNING
from tests.support.schema_client import Asker


async def test_a_second_start_returns_the_open_attempt(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)

    first, second, again = (
        await taker.start_attempt("a"),
        await taker.start_attempt("b"),
        await taker.start_attempt("a"),
    )

    assert first == second == again


async def test_fifty_starts_at_once_open_one_attempt(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)

    started = await asyncio.gather(*(taker.start_attempt(f"key {n % 7}") for n in range(50)))

    assert len(set(started)) == 1
    assert len(await taker.slots(started[0])) == 5


async def test_the_same_start_key_after_the_end_returns_the_finished_attempt(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt("a")
    await taker.submit(attempt_id)

    again = await taker.start("a")
    other = await taker.start_attempt("b")

    assert (again["attempt"]["id"], again["attempt"]["state"]) == (attempt_id, "GRADED")
    assert other != attempt_id
    assert [slot["number"] for slot in await taker.slots(other)] == [1, 2, 3, 4, 5]


async def test_the_same_start_key_for_another_quiz_is_refused(ask: Asker) -> None:
    taker, other = await a_quiz_taker(ask), await a_quiz_taker(ask)
    await taker.start_attempt("a")

    payload = await other.start("a", viewer=taker.viewer)

    assert codes(payload) == [("IdempotencyKeyReused", "idempotencyKey")]


async def test_questions_stay_frozen_in_order_and_options_in_one_order(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    attempt_id = await taker.start_attempt()

    first, second = await taker.slots(attempt_id), await taker.slots(attempt_id)

    assert [slot["question"]["id"] for slot in first] == [question.id for question in taker.questions]
    assert first == second
    assert {o["id"] for o in first[0]["question"]["options"]} == {o.id for o in taker.questions[0].options}


async def test_the_order_of_options_differs_between_attempts(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.SINGLE_CHOICE)
    orders = set()

    for number in range(12):
        attempt_id = await taker.start_attempt(f"start {number}")
        orders.add(tuple(o["id"] for o in (await taker.slots(attempt_id))[0]["question"]["options"]))
        await taker.abandon(attempt_id)

    assert len(orders) > 1


async def test_the_remaining_time_runs_and_stops_at_zero(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    ask.clock.forward(seconds=90)
    early = await taker.read(attempt_id)
    ask.clock.moment = MORNING + timedelta(minutes=10, seconds=3)
    late = await taker.read(attempt_id)

    assert early is not None
    assert late is not None
    assert (early["remaining"], late["remaining"]) == ("PT510S", "PT0S")


async def test_the_deadline_is_the_quizs_close_where_that_comes_first(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, closes_at=MORNING + timedelta(minutes=3))

    payload = await taker.start()

    assert payload["attempt"]["deadline"] == "2026-03-02T09:03:00.000Z"


@pytest.mark.parametrize("since", [timedelta(0), timedelta(days=1)])
async def test_a_closed_quiz_takes_no_attempt_and_leaves_none(ask: Asker, since: timedelta) -> None:
    taker = await a_quiz_taker(ask, closes_at=MORNING - since)

    payload = await taker.start()

    assert codes(payload) == [("QuizClosed", "quizId")]
    data = await ask.data("{ viewer { attempts { nodes { id } } } }", taker.viewer)
    assert data["viewer"]["attempts"]["nodes"] == []


async def test_a_quiz_without_questions_cannot_be_started(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    async with ask.postgres.open_work(Meter()) as work:
        empty = await store_quiz(work, UserId(taker.viewer.user_id), [])

    payload = await taker.mutate(START, {"quizId": empty.id, "idempotencyKey": "k"}, None)

    assert codes(payload) == [("InvalidInput", "quizId")]
    data = await ask.data("{ viewer { attempts { nodes { id } } } }", taker.viewer)
    assert data["viewer"]["attempts"]["nodes"] == []


@pytest.mark.parametrize(("time_limit", "statements"), [(None, 4), (timedelta(minutes=10), 5)])
async def test_starting_takes_four_statements_and_one_for_more_time(
    ask: Asker, time_limit: timedelta | None, statements: int
) -> None:
    taker = await a_quiz_taker(ask, time_limit=time_limit)

    await ask.data(
        "mutation ($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) { attempt { id } } }",
        taker.viewer,
        input={"quizId": taker.quiz.id, "idempotencyKey": "k"},
    )

    assert ask.statements == statements


async def test_an_abandoned_attempt_earns_and_reveals_nothing(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)

    payload, again = await taker.abandon(attempt_id), await taker.abandon(attempt_id)

    assert payload["attempt"]["state"] == "ABANDONED"
    assert payload == again
    assert payload["attempt"]["score"] is None
    assert payload["attempt"]["review"] is None
    assert await taker.total() == 0
    assert all(slot["key"] is None for slot in await taker.slots(attempt_id))
    assert codes(await taker.submit(attempt_id)) == [("AttemptAlreadySubmitted", "attemptId")]


async def test_a_graded_attempt_cannot_be_abandoned_or_answered(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.submit(attempt_id)

    abandoned = await taker.abandon(attempt_id)
    answered = await taker.answer(attempt_id, 1, Answer(truth=True))

    assert codes(abandoned) == [("AttemptAlreadySubmitted", "attemptId")]
    assert codes(answered) == [("AttemptClosed", "attemptId")]


async def test_an_attempt_of_another_learner_is_not_found(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    _, eve = await ask.learner()
    attempt_id = await taker.start_attempt()

    read = await taker.read(attempt_id, viewer=eve)
    answered = await taker.answer(attempt_id, 1, Answer(truth=True), viewer=eve)
    submitted = await taker.submit(attempt_id, viewer=eve)

    assert read is None
    assert codes(answered) == [("NotFound", "slot")]
    assert codes(submitted) == [("NotFound", "attemptId")]
    mine = await taker.read(attempt_id)
    assert mine is not None
    assert mine["state"] == "IN_PROGRESS"


async def test_an_anonymous_caller_reaches_no_attempt(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()

    response = await ask("query ($id: ID!) { attempt(id: $id) { id } }", None, id=attempt_id)

    assert response["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_the_list_is_the_viewers_own_newest_first_and_paged(ask: Asker) -> None:
    taker, other = await a_quiz_taker(ask), await a_quiz_taker(ask)
    await other.start_attempt()
    ids = []
    for number in range(3):
        ids.append(await taker.start_attempt(f"start {number}"))
        await taker.submit(ids[-1], f"submit {number}")

    text = "query ($after: Cursor) { viewer { attempts(first: 2, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } } }"
    first = (await ask.data(text, taker.viewer))["viewer"]["attempts"]
    rest = (await ask.data(text, taker.viewer, after=first["pageInfo"]["endCursor"]))["viewer"]["attempts"]

    assert [n["id"] for n in first["nodes"] + rest["nodes"]] == ids[::-1]
    assert rest["pageInfo"]["hasNextPage"] is False


async def test_the_slots_of_many_attempts_cost_a_few_statements(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    text = """{ viewer { attempts(first: 3) { nodes { quiz { title } xpAwarded xpEntries { amount } review { correct }
      slots { question { prompt } credit key { truth } explanation optionFeedback { text } } } } } }"""
    counts = []
    for number in range(3):
        attempt_id = await taker.start_attempt(f"start {number}")
        await taker.submit(attempt_id, f"submit {number}")
        await ask.data(text, taker.viewer)
        counts.append(ask.statements)

    assert len(set(counts)) == 1, counts
    assert counts[0] <= 9
