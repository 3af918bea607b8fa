"""Canaries: secrets are used on every transport, and none of them is found in what leaves beside the responses."""

import json
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.ids import UserId
from domain.questions import QuestionKind
from domain.work import Meter
from gateway.callers.doors import COOKIE
from persistence.work import Postgres
from tests.builders.attempts import a_question, store_quiz
from tests.gateway.accounts.test_api_keys import CREATE, a_key
from tests.gateway.conftest import Live
from tests.gateway.endpoints.test_websockets import INIT, closed_with, hear, say, socket
from tests.gateway.telemetry.test_logs import LOGIN
from tests.otlp_collector import Collector, collector
from tests.serving import served
from tests.taking import ANSWER, START, SUBMIT

__all__ = ["collector"]
pytestmark = pytest.mark.slow

REGISTER = """mutation Join ($input: RegisterInput!) {
  register(input: $input) { user { id } accessToken refreshToken userErrors { __typename } } }"""
REFRESH = (
    "mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { refreshToken accessToken } }"
)
VERIFY = "mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { userErrors { __typename } } }"
WHO = "query Who { viewer { user { handle email } } }"
OWN = "subscription { leaderboardChanged { ... on LeaderboardSnapshot { viewerEntry { xp } } } }"
FAR = "2027-01-01T00:00:00Z"


@dataclass
class Run:
    """A gateway, and the secrets that were told to it or came from it."""

    live: Live
    postgres: Postgres
    canaries: set[str] = field(default_factory=set)

    def told(self, secret: str) -> str:
        self.canaries.add(secret)
        return secret

    async def did(self, text: str, bearer: str | None = None, /, **given: Any) -> dict[str, Any]:
        body = (await self.live.post(text, token=bearer, input=given)).json()
        assert "data" in body, body
        payload: dict[str, Any] = next(iter(body["data"].values()))
        return payload

    async def rows(self, sql: str) -> list[Any]:
        async with self.postgres.open_work(Meter()) as work:
            found: list[Any] = await work.connection.raw.fetch(sql)
            return found


async def signing_in(run: Run) -> tuple[str, str]:
    """Register, sign in wrongly and rightly, refresh, prove the address; return the token and the user's id."""
    password = run.told(f"canary-{secrets.token_hex(8)}")
    joined = await run.did(
        REGISTER, email="ada@example.org", password=password, handle="ada", displayName="Ada"
    )
    run.told(joined["accessToken"])
    await run.did(LOGIN, email="ada@example.org", password=run.told(f"wrong-{password}"))
    token = run.told((await run.did(LOGIN, email="ada@example.org", password=password))["accessToken"])
    renewed = await run.did(REFRESH, refreshToken=run.told(joined["refreshToken"]))
    run.told(renewed["refreshToken"])
    mails = await run.rows("SELECT body FROM mails")
    for found in re.findall(r"#token=([0-9a-f]{64})", str(mails)):
        await run.did(VERIFY, token=run.told(found))
    await run.did(VERIFY, token=run.told(secrets.token_hex(32)))
    return token, joined["user"]["id"]


async def answering(run: Run, token: str, user_id: str) -> None:
    """Answer a quiz, and hand it in."""
    question, key = a_question(QuestionKind.SHORT_TEXT)
    async with run.postgres.open_work(Meter()) as work:
        quiz = await store_quiz(work, UserId(user_id), [(question, key)])
    for text in key.texts:
        run.told(text.text)
    started = await run.did(START, token, quizId=quiz.id, idempotencyKey="start")
    attempt = started["attempt"]["id"]
    answer = {"text": run.told(f"answer {secrets.token_hex(8)}")}
    await run.did(ANSWER, token, attemptId=attempt, slot=1, answer=answer, clientSeq=1)
    await run.did(SUBMIT, token, attemptId=attempt, idempotencyKey="submit")


async def asking_everywhere(run: Run, token: str, key: str) -> None:
    """Use token and key over HTTP, SSE and websockets, rightly and wrongly."""
    live, stray = run.live, run.told(f"stray-{secrets.token_hex(8)}")
    preflight = {"graphql-require-preflight": "1"}
    for bearer in (token, key, run.told(token[:-6] + "aaaaaa"), run.told("qp_" + stray)):
        await live.post(WHO, token=bearer)
        headers = {"authorization": f"Bearer {bearer}", "accept": "text/event-stream"}
        await live.client.post("/graphql", json={"query": WHO}, headers=headers)
        await live.client.get("/graphql", params={"query": WHO}, headers=headers | preflight)
    await live.client.post(
        "/graphql", content=f'{{"query": "{stray}', headers={"content-type": "application/json"}
    )
    await live.post(
        f'mutation {{ login(input: {{email: "a@example.org", password: "{stray}"}}) {{ __typename }} }}'
    )
    await live.post("query ($n: Int!) { users(first: $n) { nodes { id } } }", n=stray)
    cookie = {"cookie": f"{COOKIE}={run.told(secrets.token_hex(32))}"}
    await live.client.post("/graphql", json={"query": REFRESH, "variables": {"input": {}}}, headers=cookie)
    async with socket(live) as opened:
        await say(opened, INIT | {"payload": {"authorization": f"Bearer {token}"}})
        await hear(opened)
        for id_, text in (("1", WHO), ("2", OWN), ("3", "{ " + stray.replace("-", "_"))):
            await say(opened, {"id": id_, "type": "subscribe", "payload": {"query": text}})
            await hear(opened)
        await say(opened, stray)
        await closed_with(opened)
    async with socket(live) as opened:
        await say(opened, INIT | {"payload": {"authorization": f"Bearer {stray}"}})
        await closed_with(opened)


async def test_no_secret_is_logged_traced_counted_or_stored_with_counts(
    database_url: str, postgres: Postgres, collector: Collector, tmp_path: Path
) -> None:
    settings = {
        "DATABASE_URL": database_url,
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "QUESTPATH_TRACE_SHARE": "1",
        "QUESTPATH_ENV": "production",
        "QUESTPATH_HOSTS": "127.0.0.1",
        "QUESTPATH_SECRET": f"the gateway's own {secrets.token_hex(16)}",
        "QUESTPATH_METRICS_TOKEN": f"for metrics {secrets.token_hex(8)}",
    }
    with served(tmp_path, **settings) as process:
        async with httpx.AsyncClient(base_url=process.url) as client:
            run = Run(Live(None, process.url, client, None), postgres)  # type: ignore[arg-type]
            token, user_id = await signing_in(run)
            _, key = await a_key(run.live, token)
            run.told(key)
            await answering(run, token, user_id)
            await asking_everywhere(run, token, key)
            _, unseen = await a_key(run.live, token)
            await run.rows("ALTER TABLE api_keys RENAME TO gone")
            await run.live.post(
                CREATE, token=token, input={"name": "B", "scopes": ["READ_PROFILE"], "expiresAt": FAR}
            )
            await run.live.post(WHO, token=run.told(unseen))
            bearer = f"Bearer {run.told(settings['QUESTPATH_METRICS_TOKEN'])}"
            metrics = (await client.get("/metrics", headers={"authorization": bearer})).text
        assert process.stop() == 0
    run.told(settings["QUESTPATH_SECRET"])

    lines = [json.loads(line) for line in process.lines if line.startswith("{")]
    counts = str(await run.rows("SELECT * FROM field_counts"))
    spans = "".join(str(span) for span in collector.spans)
    left = "".join(process.lines) + metrics + counts + spans
    assert len(lines) > 25
    assert sum(line["event"] == "defect" for line in lines) == 2
    assert {line["transport"] for line in lines if "transport" in line} == {"http", "sse", "websocket"}
    assert len(collector.spans) > 50
    assert "Viewer.user" in counts
    assert "questpath_request_seconds_bucket" in metrics
    assert len(run.canaries) > 15
    assert [secret for secret in run.canaries if secret in left or secret.rpartition(".")[2] in left] == []
