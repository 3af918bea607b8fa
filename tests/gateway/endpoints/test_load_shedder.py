"""Load shedder: what a full process refuses and still serves, over HTTP, websockets and event streams.

Two requests fill the process: they wait for a table that the test has locked.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from httpx import Response

from domain.unit_of_work import Meter
from tests.builders import a_user
from tests.builders.attempts import a_question, store_quiz
from tests.gateway.conftest import Live
from tests.support.clients.sse import streaming
from tests.support.clients.websockets import INIT, closed_with, hear, say, socket
from tests.support.patience import PATIENCE_S

KEYS = "{ viewer { user { apiKeys { name } } } }"
EXAMS = "{ examTypes { id } }"
START = """mutation ($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) { attempt { id } } }"""
ANSWER = """mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) { userErrors { __typename } } }"""
SUBMIT = """mutation ($input: SubmitQuizAttemptInput!) { submitQuizAttempt(input: $input) { attempt { state }
  userErrors { __typename } } }"""
READ = "query ($id: ID!) { node(id: $id) { id } }"
MOST = 2
METRICS_TOKEN = "a token for those who watch the process"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {
        "shed_most": MOST,
        "deadline_s": 60.0,
        "statement_deadline_s": 50.0,
        "lock_wait_s": 40.0,
        "metrics_token": METRICS_TOKEN,
    }


@asynccontextmanager
async def filled(live: Live, database_url: str, token: str) -> AsyncIterator[list[asyncio.Task[Response]]]:
    """Fill the process for the block with requests that are answered after it."""
    holder = await asyncpg.connect(database_url)
    waiting: list[asyncio.Task[Response]] = []
    try:
        async with holder.transaction():
            await holder.execute("LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE")
            waiting = [asyncio.create_task(live.post(KEYS, token=token)) for _ in range(MOST)]
            async with asyncio.timeout(PATIENCE_S):
                while not live.app.pipeline.admission.ordinary.is_full:
                    await asyncio.sleep(0.01)
            yield waiting
    finally:
        await asyncio.gather(*waiting)
        await holder.close()


async def an_attempt(live: Live, handle: str) -> tuple[str, dict[str, Any]]:
    """Start an attempt; return the learner's token and the attempt."""
    async with live.app.pipeline.ports.open_work(Meter()) as work:
        author = await work.users.add(a_user())
        quiz = await store_quiz(work, author.id, [a_question()])
    token = await live.register(handle)
    started = await live.post(START, token=token, input={"quizId": quiz.id, "idempotencyKey": "start"})
    attempt: dict[str, Any] = started.json()["data"]["startQuizAttempt"]["attempt"]
    return token, attempt


def code(response: Response) -> str:
    found: str = response.json()["errors"][0]["extensions"]["code"]
    return found


@pytest.mark.parametrize(
    "headers",
    [{}, {"accept": "application/graphql-response+json"}, {"origin": "http://localhost:3000"}],
    ids=["json", "graphql-response", "of another origin"],
)
async def test_a_full_process_refuses_until_it_has_room(
    live: Live, database_url: str, headers: dict[str, str]
) -> None:
    token = await live.register("ada")

    async with filled(live, database_url, token) as waiting:
        refused = await live.client.post("/graphql", json={"query": EXAMS}, headers=headers)
    before = await asyncio.gather(*waiting)
    after = await live.client.post("/graphql", json={"query": EXAMS}, headers=headers)

    assert (refused.status_code, code(refused)) == (503, "OVERLOADED")
    assert refused.headers["retry-after"] in {"1", "2", "3"}
    assert refused.headers["x-request-id"]
    assert refused.headers["cache-control"] == "no-store"
    assert refused.headers["content-type"].startswith(headers.get("accept", "application/json"))
    assert refused.headers.get("access-control-allow-origin") == headers.get("origin")
    assert [response.status_code for response in [*before, after]] == [200] * (MOST + 1)
    assert all("errors" not in response.json() for response in [*before, after])


async def test_a_refused_request_leaves_its_connection_open(live: Live, database_url: str) -> None:
    token = await live.register("ada")

    async with filled(live, database_url, token):
        refused = [await live.post(EXAMS, token=token) for _ in range(5)]

    assert [response.status_code for response in refused] == [503] * 5
    assert not any("connection" in response.headers for response in refused)
    assert len(live.server.server_state.connections) <= MOST + 1


async def test_learners_inside_an_attempt_are_still_served(live: Live, database_url: str) -> None:
    token, attempt = await an_attempt(live, "ada")
    answer = {"attemptId": attempt["id"], "slot": 1, "clientSeq": 1, "answer": {"truth": True}}
    first = await live.post(ANSWER, token=token, input=answer)
    other = await live.register("grace")

    async with filled(live, database_url, other):
        answered = await live.post(ANSWER, token=token, input=answer)
        read = await live.post(READ, token=token, id=attempt["id"])
        others = await live.post(READ, token=other, id=attempt["id"])
        submitted = await live.post(
            SUBMIT, token=token, input={"attemptId": attempt["id"], "idempotencyKey": "submit"}
        )
        afterwards = await live.post(READ, token=token, id=attempt["id"])

    assert first.json()["data"]["answerQuestion"] == {"userErrors": []}
    assert answered.json()["data"]["answerQuestion"] == {"userErrors": []}
    assert read.json()["data"]["node"] == {"id": attempt["id"]}
    assert code(others) == "OVERLOADED"
    assert submitted.json()["data"]["submitQuizAttempt"]["attempt"] == {"state": "GRADED"}
    assert code(afterwards) == "OVERLOADED"


async def test_the_lane_of_learners_inside_an_attempt_has_an_end_too(live: Live, database_url: str) -> None:
    token, attempt = await an_attempt(live, "ada")
    given = {"attemptId": attempt["id"], "idempotencyKey": "submit"}
    for _ in range(2):  # a document is known from its second use on
        await live.post(SUBMIT, token=token, input=given)
    lane = live.app.pipeline.admission.urgent

    async with filled(live, database_url, token):
        lane.begun += MOST
        refused = await live.post(SUBMIT, token=token, input=given)
        lane.ended += MOST
        served = await live.post(SUBMIT, token=token, input=given)

    assert (refused.status_code, code(refused)) == (503, "OVERLOADED")
    assert served.json()["data"]["submitQuizAttempt"]["attempt"] == {"state": "GRADED"}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"query": "mutation { answerQuestion }"}', b'{"query": "' + b"#" * 5_000 + b'"}'],
)
async def test_what_only_looks_urgent_is_refused(live: Live, database_url: str, body: bytes) -> None:
    token = await live.register("ada")
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    async with filled(live, database_url, token):
        refused = await live.client.post("/graphql", content=body, headers=headers)

    assert (refused.status_code, code(refused)) == (503, "OVERLOADED")


async def test_those_who_watch_the_process_are_served(live: Live, database_url: str) -> None:
    token = await live.register("ada")
    headers = {"authorization": f"Bearer {METRICS_TOKEN}"}

    async with filled(live, database_url, token):
        refused = await live.post(EXAMS)
        ready = await live.client.get("/health/ready")
        metrics = await live.client.get("/metrics", headers=headers)
        other_path = await live.client.get("/.well-known/jwks.json")

    assert refused.status_code == 503
    assert ready.status_code == metrics.status_code == 200
    assert 'questpath_requests_shed_total{priority="ordinary"} 1.0' in metrics.text
    assert f'questpath_requests_open{{lane="ordinary"}} {MOST}.0' in metrics.text
    assert other_path.status_code == 503


async def test_over_websockets_an_operation_is_refused_and_a_new_socket_is_to_come_later(
    live: Live, database_url: str
) -> None:
    token = await live.register("ada")

    async with socket(live) as opened:
        await say(opened, INIT)
        await hear(opened)
        async with filled(live, database_url, token):
            await say(opened, {"id": "1", "type": "subscribe", "payload": {"query": EXAMS}})
            refused = await hear(opened)
            async with socket(live) as another:
                closed = await closed_with(another)
        await say(opened, {"id": "1", "type": "subscribe", "payload": {"query": EXAMS}})
        served = await hear(opened)

    assert (refused["id"], refused["type"]) == ("1", "error")
    assert refused["payload"][0]["extensions"]["code"] == "OVERLOADED"
    assert (served["id"], served["type"]) == ("1", "next")
    assert closed == 1013


async def test_open_event_streams_take_no_room(live: Live) -> None:
    token = await live.register("ada")
    text = "subscription { leaderboardChanged(first: 1) { __typename } }"

    async with streaming(live, text, token=token) as one, streaming(live, text, token=token) as other:
        await one.sure()
        await other.sure()
        answered = await live.post(EXAMS)

    assert answered.status_code == 200
