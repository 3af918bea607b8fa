"""Synchronising what was done offline, through the schema."""

from datetime import datetime, timedelta
from typing import Any

from domain.content.answers import Answer
from tests.support.attempts import QuizTaker, a_quiz_taker, sent
from tests.support.schema_client import START, Asker

SYNC = """mutation ($input: SyncBatchInput!) { syncBatch(input: $input) {
  events { eventId status occurredAt refusals { __typename ... on UserError { code field message } } }
  userErrors { __typename ... on UserError { code field } } } }"""


def an_answer(
    attempt_id: str, answer: Answer, *, id: str = "e1", slot: int = 1, seq: int = 1, at: datetime = START
) -> dict[str, Any]:
    content = {"attemptId": attempt_id, "slot": slot, "answer": sent(answer), "clientSeq": seq}
    return {"id": id, "occurredAt": at.isoformat(), "act": {"answer": content}}


async def sync(taker: QuizTaker, *events: dict[str, Any], device: str = "phone") -> list[dict[str, Any]]:
    payload = await taker.mutate(SYNC, {"deviceId": device, "events": list(events)}, None)
    assert payload["userErrors"] == [], payload
    found: list[dict[str, Any]] = payload["events"]
    return found


def told(events: list[dict[str, Any]]) -> list[tuple[str, list[tuple[str, str | None]]]]:
    return [
        (each["status"], [(refusal["code"], refusal["field"]) for refusal in each["refusals"]])
        for each in events
    ]


async def test_answers_that_were_given_offline_count_and_are_never_in_haste(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    ask.clock.forward(minutes=5)
    answers = [
        an_answer(
            attempt_id, Answer(truth=key.truth), id=f"e{slot}", slot=slot, at=START + timedelta(seconds=1)
        )
        for slot, key in enumerate(taker.keys, start=1)
    ]

    events = await sync(taker, *answers)
    submitted = await taker.submit(attempt_id)

    assert told(events) == [("APPLIED", [])] * 5
    assert submitted["attempt"]["score"] == 100
    assert {entry["status"] for entry in submitted["attempt"]["xpEntries"]} == {"SETTLED"}
