"""Synchronising what was done offline, through the schema."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.content.answers import Answer
from domain.content.question_kinds.table import QuestionKind
from domain.content.quizzes import Feedback
from tests.support.attempts import QuizTaker, a_quiz_taker, sent
from tests.support.schema_client import START, Asker

SYNC = """mutation ($input: SyncBatchInput!) { syncBatch(input: $input) {
  events { eventId status occurredAt refusals { __typename ... on UserError { code field message } } }
  userErrors { __typename ... on UserError { code field } } } }"""
Event = dict[str, Any]


def an_answer(
    attempt_id: str, answer: Answer, *, id: str = "e1", slot: int = 1, seq: int = 1, at: datetime = START
) -> Event:
    content = {"attemptId": attempt_id, "slot": slot, "answer": sent(answer), "clientSeq": seq}
    return {"id": id, "occurredAt": at.isoformat(), "act": {"answer": content}}


async def sync(taker: QuizTaker, *events: Event, device: str = "phone") -> list[Event]:
    payload = await taker.mutate(SYNC, {"deviceId": device, "events": list(events)}, None)
    assert payload["userErrors"] == [], payload
    found: list[Event] = payload["events"]
    return found


def told(events: Iterable[Event]) -> list[tuple[str, list[tuple[str, str | None]]]]:
    return [
        (each["status"], [(refusal["code"], refusal["field"]) for refusal in each["refusals"]])
        for each in events
    ]


@pytest.mark.parametrize(
    ("gap", "ahead", "status"),
    [(1.0, 0, "SETTLED"), (0.9, 0, "PENDING"), (0.0, 0, "PENDING"), (0.1, 24, "SETTLED")],
)
async def test_answers_that_were_given_offline_are_in_haste_by_the_times_of_the_device(
    ask: Asker, gap: float, ahead: float, status: str
) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    ask.clock.forward(minutes=5)
    began = START + timedelta(seconds=1, hours=ahead)  # times to come are moved to now, and tell nothing
    answers = [
        an_answer(
            attempt_id,
            Answer(truth=key.truth),
            id=f"e{slot}",
            slot=slot,
            at=began + slot * timedelta(seconds=gap),
        )
        for slot, key in enumerate(taker.keys, start=1)
    ]

    events = await sync(taker, *answers[3:]) + await sync(taker, *answers[:3])
    submitted = await taker.submit(attempt_id)

    assert told(events) == [("APPLIED", [])] * 5
    assert submitted["attempt"]["score"] == 100
    assert {entry["status"] for entry in submitted["attempt"]["xpEntries"]} == {status}


async def test_only_the_first_answer_to_a_slot_is_in_haste(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    for slot in range(1, 6):
        ask.clock.forward(seconds=20)
        await taker.answer(attempt_id, slot, Answer(truth=True))
    ask.clock.forward(minutes=5)
    again = [
        an_answer(attempt_id, Answer(truth=key.truth), id=f"e{slot}", slot=slot, seq=9, at=ask.clock.moment)
        for slot, key in enumerate(taker.keys, start=1)
    ]

    await sync(taker, *again)
    submitted = await taker.submit(attempt_id)

    assert {entry["status"] for entry in submitted["attempt"]["xpEntries"]} == {"SETTLED"}


async def test_an_event_that_is_sent_again_gets_its_first_answer(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    good = an_answer(attempt_id, Answer(truth=True))
    bad = an_answer(attempt_id, Answer(text="yes"), id="e2", slot=2)

    first = await sync(taker, good, bad, good)
    await taker.submit(attempt_id)
    again = await sync(taker, bad, good)

    assert told(first) == [("APPLIED", []), ("REFUSED", [("INVALID_INPUT", "text")]), ("REPEATED", [])]
    assert told(again) == [("REFUSED", [("INVALID_INPUT", "text")]), ("REPEATED", [])]
    assert again[0]["refusals"] == first[1]["refusals"]


@pytest.mark.parametrize("change", ["answer", "time", "device"])
async def test_an_id_with_another_content_is_refused(ask: Asker, change: str) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await sync(taker, an_answer(attempt_id, Answer(truth=True)))

    other = an_answer(
        attempt_id,
        Answer(truth=change != "answer"),
        at=START - timedelta(seconds=1) if change == "time" else START,
    )
    events = await sync(taker, other, device="tablet" if change == "device" else "phone")

    assert told(events) == [("REFUSED", [("EVENT_ID_REUSED", "id")])]
    assert (await taker.slots(attempt_id))[0]["answer"]["truth"] is True


async def test_what_is_wrong_with_an_event_is_told_together_and_harms_no_other(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.NUMERIC, QuestionKind.SHORT_TEXT)
    other = await a_quiz_taker(ask)
    attempt_id, others = await taker.start_attempt(), await other.start_attempt()
    number = an_answer(attempt_id, Answer(text="7"), id="nan")
    events = [
        an_answer(others, Answer(truth=True), id="others"),
        an_answer("attempt_x", Answer(truth=True), id="no-attempt"),
        an_answer(attempt_id, Answer(text="x"), id="no-slot", slot=2**31 - 1, seq=-1),
        *(
            number
            | {
                "id": f"number-{place}",
                "act": {"answer": number["act"]["answer"] | {"answer": {"number": sent}}},
            }
            for place, sent in enumerate(["NaN", "1e400", "Infinity", ""])
        ),
        an_answer(attempt_id, Answer(text="x" * 100_000), id="huge", slot=2),
        an_answer(attempt_id, Answer(text="\0\ud800"), id="marks", slot=2),
        an_answer(attempt_id, Answer(text="fine"), id="fine", slot=2, seq=7),
    ]

    answered = await sync(taker, *events)

    assert told(answered[:3]) == [
        ("REFUSED", [("NOT_FOUND", "slot")]),
        ("REFUSED", [("NOT_FOUND", "slot")]),
        ("REFUSED", [("INVALID_INPUT", "clientSeq"), ("NOT_FOUND", "slot")]),
    ]
    assert told(answered[3:7]) == [("REFUSED", [("INVALID_INPUT", "number")])] * 4
    assert told(answered[7:9]) == [("REFUSED", [("INVALID_INPUT", "text")])] * 2
    assert told(answered[9:]) == [("APPLIED", [])]
    slots = await taker.slots(attempt_id)
    assert [slot["answer"] and slot["answer"]["text"] for slot in slots] == [None, "fine"]
    assert [slot["answer"] for slot in await other.slots(others)] == [None] * 5
    assert ask.defects == []


async def test_a_batch_is_refused_for_what_is_wrong_with_all_of_it(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    event = an_answer(attempt_id, Answer(truth=True))

    payload = await taker.mutate(SYNC, {"deviceId": "a phone", "events": [event] * 501}, None)

    assert payload["events"] is None
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("INVALID_INPUT", "deviceId"),
        ("INVALID_INPUT", "events"),
    ]


async def test_times_are_moved_between_the_last_contact_and_now(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=None)
    attempt_id = await taker.start_attempt()
    ask.clock.forward(hours=2)
    await sync(taker)
    contact = ask.clock.moment
    ask.clock.forward(hours=2)
    times = [
        contact - timedelta(hours=1),
        contact + timedelta(hours=1),
        ask.clock.moment + timedelta(days=900),
    ]

    events = await sync(
        taker,
        *(
            an_answer(attempt_id, Answer(truth=True), id=f"e{n}", slot=n, at=at)
            for n, at in enumerate(times, 1)
        ),
    )

    counted = [datetime.fromisoformat(event["occurredAt"]) for event in events]
    assert counted == [contact + timedelta(milliseconds=1), times[1], ask.clock.moment]


async def test_the_batches_of_one_synchronisation_share_its_last_contact(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=None)
    attempt_id = await taker.start_attempt()
    ask.clock.forward(hours=4)
    at = START + timedelta(hours=1)

    await sync(taker, an_answer(attempt_id, Answer(truth=True), at=at))
    ask.clock.forward(minutes=59)
    (same,) = await sync(taker, an_answer(attempt_id, Answer(truth=True), id="e2", slot=2, at=at))
    ask.clock.forward(minutes=1)
    (later,) = await sync(taker, an_answer(attempt_id, Answer(truth=True), id="e3", slot=3, at=at))

    assert datetime.fromisoformat(same["occurredAt"]) == at
    assert datetime.fromisoformat(later["occurredAt"]) > START + timedelta(hours=4, minutes=59)


async def test_events_are_accepted_for_72_hours_and_answers_until_the_deadline(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=None)
    timed = await a_quiz_taker(ask)
    free, short = await taker.start_attempt(), await timed.start_attempt()
    ask.clock.forward(hours=72)
    in_time = await sync(taker, an_answer(free, Answer(truth=True)))

    ask.clock.forward(milliseconds=1)
    old = await sync(taker, an_answer(free, Answer(truth=True), id="e2", slot=2), device="tablet")
    late = await sync(timed, an_answer(short, Answer(truth=True), at=START + timedelta(minutes=1)))

    assert told(in_time) == [("APPLIED", [])]
    assert told(old) == [("REFUSED", [("EVENT_TOO_OLD", "occurredAt")])]
    assert told(late) == [("REFUSED", [("ATTEMPT_CLOSED", "attemptId")])]


async def test_with_feedback_after_each_answer_the_first_that_arrives_is_final(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, feedback=Feedback.AFTER_EACH)
    attempt_id = await taker.start_attempt()

    events = await sync(
        taker,
        an_answer(attempt_id, Answer(truth=False), id="e1", seq=2),
        an_answer(attempt_id, Answer(truth=True), id="e2", seq=3),
        an_answer(attempt_id, Answer(truth=True), id="e3", seq=1),
    )

    assert told(events) == [("APPLIED", []), ("REFUSED", [("SLOT_LOCKED", "slot")]), ("APPLIED", [])]
    assert (await taker.slots(attempt_id))[0]["answer"]["truth"] is False


async def test_an_answer_that_was_sent_alone_stands_before_an_offline_one_of_the_same_number(
    ask: Asker,
) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer(attempt_id, 1, Answer(truth=True), seq=3)
    await sync(taker, an_answer(attempt_id, Answer(truth=False), seq=3))
    await sync(taker, an_answer(attempt_id, Answer(truth=False), id="e2", slot=2, seq=3))
    await taker.answer(attempt_id, 2, Answer(truth=True), seq=3)

    slots = await taker.slots(attempt_id)

    assert [slot["answer"]["truth"] for slot in slots[:2]] == [True, True]


async def test_the_number_of_statements_does_not_depend_on_the_number_of_answers(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    counts = []

    for batch, size in enumerate([1, 500]):
        answers = [
            an_answer(attempt_id, Answer(truth=True), id=f"{batch}-{n}", slot=1 + n % 5, seq=n)
            for n in range(size)
        ]
        events = await sync(taker, *answers)
        counts.append(ask.statements)
        assert {status for status, _ in told(events)} == {"APPLIED"}

    assert counts[0] == counts[1]
