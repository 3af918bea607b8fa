"""Attempts through the schema: the lifecycle, the refusals, and what awards follow."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain import submitting, xp
from domain.answers import Answer
from domain.ids import UserId
from domain.questions import QuestionKind
from domain.quizzes import Feedback
from domain.work import Meter
from tests.asking import START as MORNING
from tests.asking import Asker
from tests.builders import mint
from tests.builders.attempts import right_answer, store_quiz
from tests.taking import START, staged

EVERY_KIND = list(QuestionKind)


def codes(payload: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(error["__typename"], error["field"]) for error in payload["userErrors"]]


async def test_a_whole_attempt_is_graded_and_paid(ask: Asker) -> None:
    stage = await staged(ask, *EVERY_KIND)
    attempt_id = await stage.started()
    await stage.answer_all(attempt_id)

    payload = await stage.submit(attempt_id)

    attempt = payload["attempt"]
    assert payload["userErrors"] == []
    assert (attempt["state"], attempt["score"], attempt["passed"]) == ("GRADED", 100.0, True)
    assert {e["reason"]: e["amount"] for e in attempt["xpEntries"]} == {
        "QUIZ": 50,
        "QUIZ_COMPLETION": 20,
        "QUIZ_PERFECT": 50,
    }
    assert attempt["xpAwarded"] == 120 == await stage.total()
    assert attempt["review"] == {
        "correct": 5,
        "partlyCorrect": 0,
        "wrong": 0,
        "unanswered": 0,
        "timeSpent": "PT50S",
        "passMark": 70,
    }
    assert all(e["source"] == {"type": "attempt", "id": attempt_id} for e in attempt["xpEntries"])


async def test_partial_credit_and_one_decimal(ask: Asker) -> None:
    stage = await staged(ask, QuestionKind.MULTIPLE_CHOICE, *[QuestionKind.TRUE_FALSE] * 2)
    attempt_id = await stage.started()
    one_hit = Answer(options=[min(stage.keys[0].correct_options)])
    ask.clock.forward(seconds=5)
    await stage.answer(attempt_id, 1, one_hit)
    ask.clock.forward(seconds=5)
    await stage.answer(attempt_id, 2, right_answer(stage.keys[1]))

    attempt = (await stage.submit(attempt_id))["attempt"]

    assert (attempt["score"], attempt["passed"]) == (50.0, False)
    assert attempt["review"]["partlyCorrect"] == 1
    assert attempt["review"]["unanswered"] == 1
    assert [e["amount"] for e in attempt["xpEntries"]] == [15]


async def test_a_second_start_returns_the_open_attempt(ask: Asker) -> None:
    stage = await staged(ask)

    first, second, again = await stage.started("a"), await stage.started("b"), await stage.started("a")

    assert first == second == again


async def test_fifty_starts_at_once_open_one_attempt(ask: Asker) -> None:
    stage = await staged(ask)

    started = await asyncio.gather(*(stage.started(f"key {n % 7}") for n in range(50)))

    assert len(set(started)) == 1
    assert len(await stage.slots(started[0])) == 5


async def test_the_same_start_key_after_the_end_returns_the_finished_attempt(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started("a")
    await stage.submit(attempt_id)

    again = await stage.start("a")
    other = await stage.started("b")

    assert (again["attempt"]["id"], again["attempt"]["state"]) == (attempt_id, "GRADED")
    assert other != attempt_id
    assert [slot["number"] for slot in await stage.slots(other)] == [1, 2, 3, 4, 5]


async def test_the_same_start_key_for_another_quiz_is_refused(ask: Asker) -> None:
    stage, other = await staged(ask), await staged(ask)
    await stage.started("a")

    payload = await other.start("a", viewer=stage.viewer)

    assert codes(payload) == [("IdempotencyKeyReused", "idempotencyKey")]


async def test_questions_stay_frozen_in_order_and_options_in_one_order(ask: Asker) -> None:
    stage = await staged(ask, *EVERY_KIND)
    attempt_id = await stage.started()

    first, second = await stage.slots(attempt_id), await stage.slots(attempt_id)

    assert [slot["question"]["id"] for slot in first] == [question.id for question in stage.questions]
    assert first == second
    assert {o["id"] for o in first[0]["question"]["options"]} == {o.id for o in stage.questions[0].options}


async def test_the_order_of_options_differs_between_attempts(ask: Asker) -> None:
    stage = await staged(ask, QuestionKind.SINGLE_CHOICE)
    orders = set()

    for number in range(12):
        attempt_id = await stage.started(f"start {number}")
        orders.add(tuple(o["id"] for o in (await stage.slots(attempt_id))[0]["question"]["options"]))
        await stage.abandon(attempt_id)

    assert len(orders) > 1


async def test_the_highest_client_seq_wins_in_whatever_order_answers_arrive(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()
    await stage.answer(attempt_id, 1, Answer(truth=True), seq=5)

    late = await stage.answer(attempt_id, 1, Answer(truth=False), seq=4)
    same = await stage.answer(attempt_id, 1, Answer(truth=False), seq=5)
    newer = await stage.answer(attempt_id, 1, Answer(truth=False), seq=6)

    assert late["slot"]["answer"]["truth"] is True
    assert same["slot"]["answer"]["truth"] is True
    assert newer["slot"]["answer"]["truth"] is False


async def test_of_concurrent_answers_the_highest_client_seq_stands(ask: Asker) -> None:
    stage = await staged(ask, QuestionKind.NUMERIC)
    attempt_id = await stage.started()
    order = [7, 19, 3, 11, 20, 1, 15, 9, 2, 18]

    await asyncio.gather(
        *(stage.answer(attempt_id, 1, Answer(number=seq), seq=seq) for seq in order)  # type: ignore[arg-type]
    )

    (slot,) = await stage.slots(attempt_id)
    assert slot["answer"]["number"] == "20"


async def test_answers_are_taken_until_five_seconds_after_the_deadline(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()
    ask.clock.moment = MORNING + timedelta(minutes=10, seconds=5)
    in_time = await stage.answer(attempt_id, 1, Answer(truth=True))

    ask.clock.forward(milliseconds=1)
    late = await stage.answer(attempt_id, 2, Answer(truth=True))

    assert in_time["userErrors"] == []
    assert codes(late) == [("AttemptClosed", "attemptId")]
    slots = await stage.slots(attempt_id)
    assert [slot["answer"] is not None for slot in slots] == [True, False, False, False, False]


async def test_a_submit_within_the_grace_is_in_time_and_ends_at_the_deadline(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()
    await stage.answer_all(attempt_id)
    ask.clock.moment = MORNING + timedelta(minutes=10, seconds=4)

    attempt = (await stage.submit(attempt_id))["attempt"]

    assert attempt["state"] == "GRADED"
    assert attempt["finishedAt"] == attempt["deadline"] == "2026-03-02T09:10:00.000Z"


async def test_reading_an_overdue_attempt_grades_it_with_the_answers_saved(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()
    await stage.answer_all(attempt_id, wrong=1)
    ask.clock.moment = MORNING + timedelta(hours=1)

    attempt = await stage.read(attempt_id)

    assert attempt is not None
    assert (attempt["state"], attempt["score"], attempt["passed"]) == ("EXPIRED", 80.0, True)
    assert attempt["finishedAt"] == attempt["deadline"]
    assert attempt["remaining"] is None
    assert attempt["xpAwarded"] == 60 == await stage.total()
    assert await stage.read(attempt_id) == attempt


async def test_the_list_of_attempts_grades_the_overdue_ones_on_its_page(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()
    await stage.answer_all(attempt_id)
    ask.clock.forward(hours=1)

    data = await ask.data("{ viewer { attempts { nodes { id state } } } }", stage.viewer)

    assert data["viewer"]["attempts"]["nodes"] == [{"id": attempt_id, "state": "EXPIRED"}]


async def test_submitting_an_overdue_attempt_expires_it_and_repeats_the_payload(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()
    await stage.answer_all(attempt_id)
    ask.clock.moment = MORNING + timedelta(hours=1)

    first, again = await stage.submit(attempt_id), await stage.submit(attempt_id)

    assert first["attempt"]["state"] == "EXPIRED"
    assert first == again


async def test_starting_again_after_the_deadline_opens_a_new_attempt(ask: Asker) -> None:
    stage = await staged(ask)
    old = await stage.started("a")
    ask.clock.forward(hours=1)

    new = await stage.started("b")

    assert new != old
    found = await stage.read(old)
    assert found is not None
    assert found["state"] == "EXPIRED"


async def test_the_sweeper_expires_what_is_overdue_and_nothing_else(ask: Asker) -> None:
    stage, other = await staged(ask), await staged(ask, time_limit=None)
    attempt_id, endless = await stage.started(), await other.started()
    await stage.answer_all(attempt_id)
    ask.clock.forward(hours=1)

    async with ask.postgres.open_work(Meter()) as work:
        swept = await submitting.expire_overdue(work, mint=mint, now=ask.clock(), limit=100)
    async with ask.postgres.open_work(Meter()) as work:
        again = await submitting.expire_overdue(work, mint=mint, now=ask.clock(), limit=100)

    assert (swept, again) == (1, 0)
    assert await stage.total() == 120
    open_one = await other.read(endless)
    assert open_one is not None
    assert (open_one["state"], open_one["deadline"], open_one["remaining"]) == ("IN_PROGRESS", None, None)


async def test_the_remaining_time_runs_and_stops_at_zero(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()
    ask.clock.forward(seconds=90)
    early = await stage.read(attempt_id)
    ask.clock.moment = MORNING + timedelta(minutes=10, seconds=3)
    late = await stage.read(attempt_id)

    assert early is not None
    assert late is not None
    assert (early["remaining"], late["remaining"]) == ("PT510S", "PT0S")


async def test_the_deadline_is_the_quizs_close_where_that_comes_first(ask: Asker) -> None:
    stage = await staged(ask, closes_at=MORNING + timedelta(minutes=3))

    payload = await stage.start()

    assert payload["attempt"]["deadline"] == "2026-03-02T09:03:00.000Z"


async def test_a_closed_quiz_takes_no_attempt_and_leaves_none(ask: Asker) -> None:
    stage = await staged(ask, closes_at=MORNING)

    payload = await stage.start()

    assert codes(payload) == [("QuizClosed", "quizId")]
    data = await ask.data("{ viewer { attempts { nodes { id } } } }", stage.viewer)
    assert data["viewer"]["attempts"]["nodes"] == []


async def test_after_each_answer_the_slot_is_locked_and_open(ask: Asker) -> None:
    stage = await staged(ask, feedback=Feedback.AFTER_EACH)
    attempt_id = await stage.started()
    ask.clock.forward(seconds=5)

    first = await stage.answer(attempt_id, 1, Answer(truth=False), seq=1)
    second = await stage.answer(attempt_id, 1, Answer(truth=True), seq=2)
    repeat = await stage.answer(attempt_id, 1, Answer(truth=True), seq=1)

    assert first["slot"]["locked"] is True
    assert (first["slot"]["credit"], first["slot"]["key"]) == (0.0, {"truth": True})
    assert codes(second) == [("SlotLocked", "slot")]
    assert repeat["slot"]["answer"]["truth"] is False
    slots = await stage.slots(attempt_id)
    assert [slot["explanation"] is not None for slot in slots] == [True, False, False, False, False]


async def test_concurrent_answers_to_a_locking_slot_leave_one(ask: Asker) -> None:
    stage = await staged(ask, QuestionKind.NUMERIC, feedback=Feedback.AFTER_EACH)
    attempt_id = await stage.started()

    payloads = await asyncio.gather(
        *(stage.answer(attempt_id, 1, Answer(number=n), seq=n) for n in range(1, 21))  # type: ignore[arg-type]
    )

    accepted = {p["slot"]["answer"]["number"] for p in payloads if p["slot"]}
    assert len(accepted) == 1


@pytest.mark.slow
async def test_fifty_submits_at_once_are_one_award_and_one_payload(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()
    await stage.answer_all(attempt_id)

    payloads = await asyncio.gather(*(stage.submit(attempt_id, "one key") for _ in range(50)))

    assert all(payload == payloads[0] for payload in payloads)
    assert payloads[0]["attempt"]["xpAwarded"] == 120 == await stage.total()


@pytest.mark.slow
async def test_fifty_submits_with_keys_of_their_own_have_one_winner(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()
    await stage.answer_all(attempt_id)

    payloads = await asyncio.gather(*(stage.submit(attempt_id, f"key {n}") for n in range(50)))

    winners = [payload for payload in payloads if not payload["userErrors"]]
    losers = [payload["userErrors"][0] for payload in payloads if payload["userErrors"]]
    assert len(winners) == 1
    assert {error["code"] for error in losers} == {"ATTEMPT_ALREADY_SUBMITTED"}
    assert all(error["attempt"] == winners[0]["attempt"] for error in losers)
    assert await stage.total() == 120
    async with ask.postgres.open_reads(Meter()) as reads:
        assert await xp.reconcile(reads.xp) == []


async def test_one_key_for_two_attempts_at_once_hands_in_one_and_leaves_the_other_open(ask: Asker) -> None:
    stages = [await staged(ask) for _ in range(6)]
    learner = stages[0].viewer
    started = [await stage.started(f"start {n}", viewer=learner) for n, stage in enumerate(stages)]

    payloads = await asyncio.gather(
        *(
            stage.submit(attempt_id, "one key", viewer=learner)
            for stage, attempt_id in zip(stages, started, strict=True)
        )
    )

    refused = [codes(payload) for payload in payloads if payload["userErrors"]]
    assert refused == [[("IdempotencyKeyReused", "idempotencyKey")]] * 5
    states = [(await stages[0].read(attempt_id, viewer=learner))["state"] for attempt_id in started]  # type: ignore[index]
    assert sorted(states) == ["GRADED", *["IN_PROGRESS"] * 5]


async def test_an_old_submit_key_may_be_used_again_after_a_day(ask: Asker) -> None:
    stage = await staged(ask, time_limit=None)
    first = await stage.started("a")
    await stage.submit(first, "key")
    second = await stage.started("b")

    early = await stage.submit(second, "key")
    ask.clock.forward(hours=25)
    late = await stage.submit(second, "key")

    assert codes(early) == [("IdempotencyKeyReused", "idempotencyKey")]
    assert late["attempt"]["id"] == second
    assert late["attempt"]["state"] == "GRADED"


async def test_answers_racing_a_submit_are_graded_or_refused(ask: Asker) -> None:
    stage = await staged(ask, *[QuestionKind.TRUE_FALSE] * 10)
    attempt_id = await stage.started()
    ask.clock.forward(seconds=20)

    *answers, submitted = await asyncio.gather(
        *(stage.answer(attempt_id, n, Answer(truth=True)) for n in range(1, 11)), stage.submit(attempt_id)
    )

    saved = sum(not payload["userErrors"] for payload in answers)
    review = submitted["attempt"]["review"]
    assert review["correct"] == saved
    assert review["unanswered"] == 10 - saved


async def test_an_abandoned_attempt_earns_and_reveals_nothing(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()
    await stage.answer_all(attempt_id)

    payload, again = await stage.abandon(attempt_id), await stage.abandon(attempt_id)

    assert payload["attempt"]["state"] == "ABANDONED"
    assert payload == again
    assert payload["attempt"]["score"] is None
    assert payload["attempt"]["review"] is None
    assert await stage.total() == 0
    assert all(slot["key"] is None for slot in await stage.slots(attempt_id))
    assert codes(await stage.submit(attempt_id)) == [("AttemptAlreadySubmitted", "attemptId")]


async def test_a_graded_attempt_cannot_be_abandoned_or_answered(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()
    await stage.submit(attempt_id)

    abandoned = await stage.abandon(attempt_id)
    answered = await stage.answer(attempt_id, 1, Answer(truth=True))

    assert codes(abandoned) == [("AttemptAlreadySubmitted", "attemptId")]
    assert codes(answered) == [("AttemptClosed", "attemptId")]


async def test_someone_elses_attempt_is_not_there(ask: Asker) -> None:
    stage = await staged(ask)
    _, eve = await ask.learner()
    attempt_id = await stage.started()

    read = await stage.read(attempt_id, viewer=eve)
    answered = await stage.answer(attempt_id, 1, Answer(truth=True), viewer=eve)
    submitted = await stage.submit(attempt_id, viewer=eve)

    assert read is None
    assert codes(answered) == [("NotFound", "slot")]
    assert codes(submitted) == [("NotFound", "attemptId")]
    mine = await stage.read(attempt_id)
    assert mine is not None
    assert mine["state"] == "IN_PROGRESS"


async def test_the_anonymous_reach_no_attempt(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()

    response = await ask("query ($id: ID!) { attempt(id: $id) { id } }", None, id=attempt_id)

    assert response["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("slot", "answer", "seq", "expected"),
    [
        (0, {"truth": True}, 1, ("NotFound", "slot")),
        (6, {"truth": True}, 1, ("NotFound", "slot")),
        (-1, {"truth": True}, 1, ("NotFound", "slot")),
        (2**31 - 1, {"truth": True}, 1, ("NotFound", "slot")),
        (1, {"truth": True}, -1, ("InvalidInput", "clientSeq")),
        (1, {"text": "yes"}, 1, ("InvalidInput", "text")),
        (4, {"text": "x" * 1_000_000}, 1, ("InvalidInput", "text")),
        (4, {"text": "a\0b"}, 1, ("InvalidInput", "text")),
        (5, {"number": "NaN"}, 1, ("InvalidInput", "number")),
        (5, {"number": "1_000"}, 1, ("InvalidInput", "number")),
        (5, {"number": "9" * 1_000_000}, 1, ("InvalidInput", "number")),
        (5, {"number": "1e9999"}, 1, ("InvalidInput", "number")),
        (1, {"options": []}, 1, ("InvalidInput", "options")),
        (1, {"options": ["option_01K742SG00EC1V4CSM6MV3EE1S"]}, 1, ("InvalidInput", "options")),
        (1, {"options": ["\0"]}, 1, ("InvalidInput", "options")),
    ],
)
async def test_bad_answers_name_the_field_and_change_nothing(
    ask: Asker, slot: int, answer: dict[str, Any], seq: int, expected: tuple[str, str]
) -> None:
    kinds = {1: QuestionKind.SINGLE_CHOICE, 4: QuestionKind.SHORT_TEXT, 5: QuestionKind.NUMERIC}
    stage = await staged(ask, *(kinds.get(n, QuestionKind.TRUE_FALSE) for n in range(1, 6)))
    attempt_id = await stage.started()
    given = {"attemptId": attempt_id, "slot": slot, "answer": answer, "clientSeq": seq}

    payload = await stage._do(
        "mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) { slot { number } "
        "userErrors { __typename ... on UserError { code field } } } }",
        given,
        None,
    )

    assert codes(payload) == [expected]
    assert all(found["answer"] is None for found in await stage.slots(attempt_id))


async def test_two_kinds_of_answer_at_once_are_refused_before_anything_runs(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()
    given = {"attemptId": attempt_id, "slot": 1, "answer": {"truth": True, "text": "x"}, "clientSeq": 1}

    response = await ask(
        "mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) { slot { number } } }",
        stage.viewer,
        input=given,
    )

    assert response["errors"]
    assert not ask.defects


@pytest.mark.parametrize("key", ["", " ", "k" * 201, "k" * 1_000_000, "a\0b"])
async def test_bad_idempotency_keys_are_named_and_nothing_is_stored(ask: Asker, key: str) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()

    assert codes(await stage.start(key)) == [("InvalidInput", "idempotencyKey")]
    assert codes(await stage.submit(attempt_id, key)) == [("InvalidInput", "idempotencyKey")]
    found = await stage.read(attempt_id)
    assert found is not None
    assert found["state"] == "IN_PROGRESS"


async def test_ids_of_another_kind_are_bad_user_input(ask: Asker) -> None:
    stage = await staged(ask)

    response = await ask(
        "mutation ($input: SubmitQuizAttemptInput!) { submitQuizAttempt(input: $input) { attempt { id } } }",
        stage.viewer,
        input={"attemptId": stage.quiz.id, "idempotencyKey": "k"},
    )

    assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.slow
async def test_repeats_on_one_day_earn_less_and_rested_questions_earn_again(ask: Asker) -> None:
    stage = await staged(ask)
    earned = []
    for number in range(3):
        attempt_id = await stage.started(f"start {number}")
        await stage.answer_all(attempt_id)
        submitted = await stage.submit(attempt_id, f"submit {number}")
        earned.append({e["reason"]: e["amount"] for e in submitted["attempt"]["xpEntries"]})
        ask.clock.forward(minutes=11)
    ask.clock.forward(hours=25)
    attempt_id = await stage.started("next day")
    await stage.answer_all(attempt_id)
    next_day = await stage.submit(attempt_id, "next day")

    assert earned == [
        {"QUIZ": 50, "QUIZ_COMPLETION": 20, "QUIZ_PERFECT": 50},
        {"QUIZ": 0, "QUIZ_COMPLETION": 10, "QUIZ_PERFECT": 25},
        {"QUIZ": 0, "QUIZ_COMPLETION": 5, "QUIZ_PERFECT": 12},
    ]
    assert next_day["attempt"]["xpAwarded"] == 120


async def test_answers_faster_than_a_second_leave_the_awards_pending(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()
    for number, key in enumerate(stage.keys, start=1):
        ask.clock.forward(milliseconds=900)
        await stage.answer(attempt_id, number, right_answer(key))

    attempt = (await stage.submit(attempt_id))["attempt"]

    assert {e["status"] for e in attempt["xpEntries"]} == {"PENDING"}
    assert attempt["xpAwarded"] == 0 == await stage.total()


@pytest.mark.slow
async def test_concurrent_submits_of_many_quizzes_do_not_break_the_daily_cap(ask: Asker) -> None:
    stages = [await staged(ask, *[QuestionKind.TRUE_FALSE] * 20) for _ in range(6)]
    learner = stages[0].viewer
    started = []
    for number, stage in enumerate(stages):
        attempt_id = await stage.started(f"start {number}", viewer=learner)
        await stage.answer_all(attempt_id, viewer=learner)
        started.append((stage, attempt_id))

    await asyncio.gather(
        *(stage.submit(attempt_id, attempt_id, viewer=learner) for stage, attempt_id in started)
    )

    page = await ask.data(
        "{ viewer { xp(first: 100) { nodes { amount reason status explanation } } } }", learner
    )
    quiz = [e for e in page["viewer"]["xp"]["nodes"] if e["reason"].startswith("QUIZ")]
    assert len(quiz) == 18
    assert sum(e["amount"] for e in quiz) == 1_000
    assert any("CAPPED" in e["explanation"] and e["amount"] == 0 for e in quiz)
    async with ask.postgres.open_reads(Meter()) as reads:
        assert await xp.reconcile(reads.xp) == []


async def test_the_list_is_the_viewers_own_newest_first_and_paged(ask: Asker) -> None:
    stage, other = await staged(ask), await staged(ask)
    await other.started()
    ids = []
    for number in range(3):
        ids.append(await stage.started(f"start {number}"))
        await stage.submit(ids[-1], f"submit {number}")

    text = "query ($after: Cursor) { viewer { attempts(first: 2, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } } }"
    first = (await ask.data(text, stage.viewer))["viewer"]["attempts"]
    rest = (await ask.data(text, stage.viewer, after=first["pageInfo"]["endCursor"]))["viewer"]["attempts"]

    assert [n["id"] for n in first["nodes"] + rest["nodes"]] == ids[::-1]
    assert rest["pageInfo"]["hasNextPage"] is False


async def test_the_slots_of_many_attempts_cost_a_few_statements(ask: Asker) -> None:
    stage = await staged(ask, *EVERY_KIND)
    text = """{ viewer { attempts(first: 3) { nodes { quiz { title } xpAwarded xpEntries { amount } review { correct }
      slots { question { prompt } credit key { truth } explanation optionFeedback { text } } } } } }"""
    counts = []
    for number in range(3):
        attempt_id = await stage.started(f"start {number}")
        await stage.submit(attempt_id, f"submit {number}")
        await ask.data(text, stage.viewer)
        counts.append(ask.statements)

    assert len(set(counts)) == 1, counts
    assert counts[0] <= 9


async def test_a_submitted_attempt_keeps_the_streak_and_an_empty_one_does_not(ask: Asker) -> None:
    stage, empty = await staged(ask), await staged(ask)
    attempt_id, nothing = await stage.started(), await empty.started()
    await stage.answer_all(attempt_id)

    await stage.submit(attempt_id)
    await empty.submit(nothing)

    mine = await ask.data("{ viewer { streak { current } } }", stage.viewer)
    theirs = await ask.data("{ viewer { streak { current } } }", empty.viewer)
    assert (mine["viewer"]["streak"]["current"], theirs["viewer"]["streak"]["current"]) == (1, 0)


async def test_attempts_on_both_sides_of_midnight_are_two_days_of_a_streak(ask: Asker) -> None:
    stage = await staged(ask, time_limit=None)
    ask.clock.forward(hours=14, minutes=30)
    for number in range(3):
        attempt_id = await stage.started(f"start {number}")
        await stage.answer_all(attempt_id)
        await stage.submit(attempt_id, f"submit {number}")
        ask.clock.forward(minutes=40)

    data = await ask.data("{ viewer { streak { current } attempts { nodes { localDate } } } }", stage.viewer)

    dates = [node["localDate"] for node in data["viewer"]["attempts"]["nodes"]]
    assert dates == ["2026-03-03", "2026-03-03", "2026-03-02"]
    assert data["viewer"]["streak"]["current"] == 2


async def test_a_milestone_is_paid_with_the_attempt_that_reaches_it(ask: Asker) -> None:
    stage = await staged(ask, time_limit=None)
    earned = []
    for number in range(8):
        attempt_id = await stage.started(f"start {number}")
        await stage.answer_all(attempt_id, wrong=5)
        before = await stage.total()
        await stage.submit(attempt_id, f"submit {number}")
        earned.append(await stage.total() - before)
        ask.clock.forward(hours=24)

    assert earned == [0, 0, 0, 0, 0, 0, 50, 0]


async def test_the_local_date_is_the_learners_own(ask: Asker) -> None:
    stage = await staged(ask)
    _, niue = await ask.learner(time_zone="Pacific/Niue")
    attempt_id = await stage.started(viewer=niue)
    await stage.answer_all(attempt_id, viewer=niue)

    await stage.submit(attempt_id, viewer=niue)

    data = await ask.data("{ viewer { attempts { nodes { localDate } } xp { nodes { localDate } } } }", niue)
    assert data["viewer"]["attempts"]["nodes"] == [{"localDate": "2026-03-01"}]
    assert {node["localDate"] for node in data["viewer"]["xp"]["nodes"]} == {"2026-03-01"}


@pytest.mark.parametrize("passed", [False, True])
async def test_submitting_takes_two_statements_at_any_size_and_one_for_new_questions(
    ask: Asker, passed: bool
) -> None:
    text = "mutation ($input: SubmitQuizAttemptInput!) { submitQuizAttempt(input: $input) { attempt { passed } } }"
    counts = []
    for size in (1, 10, 40):
        stage = await staged(ask, *[QuestionKind.TRUE_FALSE] * size)
        for key in ("first", "second"):
            attempt_id = await stage.started(key)
            await stage.answer_all(attempt_id, wrong=0 if passed else size)
            given = {"attemptId": attempt_id, "idempotencyKey": key}

            data = await ask.data(text, stage.viewer, input=given)

            assert data["submitQuizAttempt"]["attempt"]["passed"] is passed
            counts.append(ask.statements)
    assert counts == [3, 2] * 3


async def test_starting_takes_four_statements(ask: Asker) -> None:
    stage = await staged(ask)

    await ask.data(
        "mutation ($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) { attempt { id } } }",
        stage.viewer,
        input={"quizId": stage.quiz.id, "idempotencyKey": "k"},
    )

    assert ask.statements == 4


async def test_a_quiz_without_questions_is_not_begun(ask: Asker) -> None:
    stage = await staged(ask)
    async with ask.postgres.open_work(Meter()) as work:
        empty = await store_quiz(work, UserId(stage.viewer.user_id), [])

    payload = await stage._do(START, {"quizId": empty.id, "idempotencyKey": "k"}, None)

    assert codes(payload) == [("InvalidInput", "quizId")]
    data = await ask.data("{ viewer { attempts { nodes { id } } } }", stage.viewer)
    assert data["viewer"]["attempts"]["nodes"] == []


async def test_answering_takes_three_statements(ask: Asker) -> None:
    stage = await staged(ask)
    attempt_id = await stage.started()

    await ask.data(
        "mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) { slot { number } } }",
        stage.viewer,
        input={"attemptId": attempt_id, "slot": 1, "answer": {"truth": True}, "clientSeq": 1},
    )

    assert ask.statements == 3
