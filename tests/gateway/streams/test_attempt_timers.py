"""The timer of an attempt over real transports: several devices, and the end of a token."""

import time
from datetime import timedelta

import pytest

from domain.unit_of_work import Meter
from tests.builders import a_user
from tests.builders.attempts import a_question, store_quiz
from tests.gateway.conftest import Live
from tests.support.clients.live_boards import watching
from tests.support.clients.sse import streaming
from tests.support.clients.websockets import hear

START = """mutation ($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) { attempt { id } } }"""
SUBMIT = """mutation ($input: SubmitQuizAttemptInput!) { submitQuizAttempt(input: $input) { attempt { state } } }"""
FOLLOW = 'subscription { attemptTimer(attemptId: "%s") { state remaining serverTime attempt { score } } }'


async def an_attempt(live: Live) -> tuple[str, str]:
    """Start an attempt of a minute; return the learner's token and its id."""
    async with live.app.pipeline.ports.open_work(Meter()) as work:
        author = await work.users.add(a_user())
        quiz = await store_quiz(work, author.id, [a_question()], time_limit=timedelta(minutes=1))
    token = await live.register("ada")
    given = {"quizId": quiz.id, "idempotencyKey": "start"}
    started = (await live.post(START, token=token, input=given)).json()
    return token, started["data"]["startQuizAttempt"]["attempt"]["id"]


async def test_a_submit_on_one_device_ends_the_timers_of_all(live: Live) -> None:
    token, attempt_id = await an_attempt(live)
    text = FOLLOW % attempt_id

    async with watching(live, text, token=token) as socket, streaming(live, text, token=token) as stream:
        first = (await stream.sure()).payload["data"]["attemptTimer"]
        given = {"attemptId": attempt_id, "idempotencyKey": "submit"}
        await live.post(SUBMIT, token=token, input=given)
        heard = [await hear(socket) for _ in range(2)]
        last, end = await stream.sure(), await stream.sure()

    assert first["state"] == "IN_PROGRESS"
    ended = {"state": "GRADED", "remaining": None, "attempt": {"score": 0}}
    shown = [heard[0]["payload"]["data"]["attemptTimer"], last.payload["data"]["attemptTimer"]]
    assert [timer | ended for timer in shown] == shown
    assert (heard[1]["type"], end.kind) == ("complete", "complete")


async def test_the_timer_ends_when_its_token_does(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    token, attempt_id = await an_attempt(live)
    monkeypatch.setattr(live.app.pipeline.tokens, "expiry", lambda _: time.time() + 0.1)

    async with streaming(live, FOLLOW % attempt_id, token=token) as stream:
        await stream.sure()
        last = await stream.sure()

        assert last.payload["errors"][0]["message"] == "The access token expired"
        assert (await stream.sure()).kind == "complete"
