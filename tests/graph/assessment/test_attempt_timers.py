"""The subscription of an attempt's timer."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from domain.accounts.users import Viewer
from domain.assessment.attempt_timers import attempt_signal
from domain.content.answers import Answer
from domain.ids import AttemptId
from domain.unit_of_work import Meter
from resolvers.assessment import attempt_timers
from tests.support.attempts import QuizTaker, a_quiz_taker, a_twin_of
from tests.support.schema_client import START as MORNING
from tests.support.schema_client import Asker

FOLLOW = """subscription ($id: ID!) { attemptTimer(attemptId: $id) {
  state deadline remaining serverTime attempt { score finishedAt } } }"""


async def followed(taker: QuizTaker, attempt_id: str, viewer: Viewer | None = None) -> Any:
    return await taker.ask.stream(FOLLOW, viewer or taker.viewer, id=attempt_id)


async def shown(events: AsyncIterator[dict[str, Any]]) -> dict[str, Any]:
    timer: dict[str, Any] = (await anext(events))["data"]["attemptTimer"]
    return timer


async def test_a_timer_shows_the_time_left_by_the_servers_clock_and_ends_with_the_attempt(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    ask.clock.forward(seconds=90)

    events = await followed(taker, attempt_id)
    first = await shown(events)
    await taker.submit(attempt_id)
    rest = [event["data"]["attemptTimer"] async for event in events]

    assert first == {
        "state": "IN_PROGRESS",
        "deadline": "2026-03-02T09:10:00.000Z",
        "remaining": "PT510S",
        "serverTime": "2026-03-02T09:01:30.000Z",
        "attempt": {"score": None, "finishedAt": None},
    }
    assert [(timer["state"], timer["remaining"], timer["attempt"]["score"]) for timer in rest] == [
        ("GRADED", None, 0)
    ]


async def test_the_timers_of_all_devices_end_when_one_of_them_abandons_the_attempt(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    devices = [await followed(taker, attempt_id) for _ in range(3)]
    for events in devices:
        await shown(events)

    await taker.abandon(attempt_id)

    ends = [[event["data"]["attemptTimer"]["state"] async for event in events] for events in devices]
    assert ends == [["ABANDONED"]] * 3


async def test_a_timer_ends_when_the_result_is_withheld(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    twin = await a_twin_of(taker)
    await twin.start_attempt("twin")
    attempt_id = await taker.start_attempt()
    events = await followed(taker, attempt_id)
    await shown(events)

    await taker.submit(attempt_id)

    rest = [event["data"]["attemptTimer"] async for event in events]
    assert [(timer["state"], timer["attempt"]["score"]) for timer in rest] == [("SUBMITTED", None)]


async def test_a_timer_grades_the_attempt_when_its_time_is_over(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt_timers, "LOOK_EVERY_S", 0.01)
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer(attempt_id, 1, Answer(truth=True))
    events = await followed(taker, attempt_id)
    await shown(events)
    ask.clock.moment = MORNING + timedelta(minutes=10)
    at_the_deadline = await until(events, lambda timer: timer["remaining"] == "PT0S")

    ask.clock.forward(seconds=6)
    end = [event["data"]["attemptTimer"] async for event in events][-1]

    assert at_the_deadline["state"] == "IN_PROGRESS"
    assert (end["state"], end["attempt"]["score"]) == ("EXPIRED", 20)
    assert end["attempt"]["finishedAt"] == "2026-03-02T09:10:00.000Z"


async def test_a_changed_deadline_arrives(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    events = await followed(taker, attempt_id)
    await shown(events)

    async with ask.postgres.open_work(Meter()) as work:
        later = MORNING + timedelta(minutes=20)
        await work.connection.raw.execute(
            "UPDATE quiz_attempts SET deadline = $2 WHERE id = $1", attempt_id, later
        )
        work.emit(attempt_signal(AttemptId(attempt_id)))

    timer = await shown(events)
    assert (timer["deadline"], timer["remaining"]) == ("2026-03-02T09:20:00.000Z", "PT1200S")
    await events.aclose()


async def test_an_attempt_without_a_limit_has_a_timer_without_an_end(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=None)
    attempt_id = await taker.start_attempt()

    events = await followed(taker, attempt_id)

    timer = await shown(events)
    assert (timer["state"], timer["deadline"], timer["remaining"]) == ("IN_PROGRESS", None, None)
    await events.aclose()


async def test_a_closed_attempt_has_one_message(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.abandon(attempt_id)

    states = [event["data"]["attemptTimer"]["state"] async for event in await followed(taker, attempt_id)]

    assert states == ["ABANDONED"]


async def test_the_timer_of_another_learners_attempt_is_refused(ask: Asker) -> None:
    taker, (_, other) = await a_quiz_taker(ask), await ask.learner()
    attempt_id = await taker.start_attempt()

    (event,) = [event async for event in await followed(taker, attempt_id, other)]
    anonymous = await ask.stream(FOLLOW, None, id=attempt_id)

    assert event["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert anonymous["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def until(events: AsyncIterator[dict[str, Any]], is_it: Any) -> dict[str, Any]:
    """Return the first message from now on that is the one."""
    while True:
        timer = await shown(events)
        if is_it(timer):
            return timer
