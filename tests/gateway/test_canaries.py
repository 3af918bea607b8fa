"""Canaries: secrets are used on every transport, and no log, trace, metric or count contains one."""

import json
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.content.question_kinds.table import QuestionKind
from domain.ids import UserId
from domain.unit_of_work import Meter
from gateway.callers.request_info import COOKIE
from persistence.work import Postgres
from tests.builders.attempts import a_question, store_quiz
from tests.gateway.conftest import Live
from tests.support.attempts import ANSWER, SLOTS, START, SUBMIT
from tests.support.clients.accounts import CREATE_API_KEY, LOGIN, a_key
from tests.support.clients.websockets import INIT, closed_with, hear, say, socket
from tests.support.servers.gateway import running_gateway
from tests.support.servers.otlp import OtlpCollector, collector

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
    """A gateway, and the secrets that were sent to it or came from it."""

    live: Live
    postgres: Postgres
    canaries: set[str] = field(default_factory=set)

    def noted(self, secret: str) -> str:
        self.canaries.add(secret)
        return secret

    async def mutate(self, text: str, bearer: str | None = None, /, **values: Any) -> dict[str, Any]:
        body = (await self.live.post(text, token=bearer, input=values)).json()
        assert "data" in body, body
        payload: dict[str, Any] = next(iter(body["data"].values()))
        return payload

    async def rows(self, sql: str) -> list[Any]:
        async with self.postgres.open_work(Meter()) as work:
            found: list[Any] = await work.connection.raw.fetch(sql)
            return found


async def sign_in(run: Run) -> tuple[str, str]:
    """Register, sign in with a wrong and the right password, refresh, verify the address; return token and user id."""
    password = run.noted(f"canary-{secrets.token_hex(8)}")
    joined = await run.mutate(
        REGISTER, email="ada@example.org", password=password, handle="ada", displayName="Ada"
    )
    run.noted(joined["accessToken"])
    await run.mutate(LOGIN, email="ada@example.org", password=run.noted(f"wrong-{password}"))
    token = run.noted((await run.mutate(LOGIN, email="ada@example.org", password=password))["accessToken"])
    renewed = await run.mutate(REFRESH, refreshToken=run.noted(joined["refreshToken"]))
    run.noted(renewed["refreshToken"])
    mails = await run.rows("SELECT body FROM mails")
    for found in re.findall(r"#token=([0-9a-f]{64})", str(mails)):
        await run.mutate(VERIFY, token=run.noted(found))
    await run.mutate(VERIFY, token=run.noted(secrets.token_hex(32)))
    return token, joined["user"]["id"]


async def take_quiz(run: Run, token: str, user_id: str) -> None:
    """Answer a quiz of every kind of question, have an answer refused, and submit it."""
    made = [a_question(kind) for kind in (QuestionKind.SHORT_TEXT, *QuestionKind)]
    async with run.postgres.open_work(Meter()) as work:
        quiz = await store_quiz(work, UserId(user_id), made)
    for _, key in made:
        texts = [accepted.text for part in (key, *key.parts) for accepted in part.texts]
        for secret in (key.explanation, *key.option_feedback.values(), *texts):
            run.noted(secret)
    started = await run.mutate(START, token, quizId=quiz.id, idempotencyKey="start")
    attempt = started["attempt"]["id"]
    answer = {"text": run.noted(f"answer {secrets.token_hex(8)}")}
    await run.mutate(ANSWER, token, attemptId=attempt, slot=1, answer=answer, clientSeq=1)
    refused = await run.mutate(ANSWER, token, attemptId=attempt, slot=2, answer=answer, clientSeq=1)
    assert refused["userErrors"], refused
    await run.mutate(SUBMIT, token, attemptId=attempt, idempotencyKey="submit")
    shown = (await run.live.post(SLOTS, token=token, id=attempt)).text
    assert all(key.explanation in shown for _, key in made)


async def use_every_transport(run: Run, token: str, key: str) -> None:
    """Use valid and invalid tokens and keys over HTTP, SSE and websockets."""
    live, stray = run.live, run.noted(f"stray-{secrets.token_hex(8)}")
    preflight = {"graphql-require-preflight": "1"}
    for bearer in (token, key, run.noted(token[:-6] + "aaaaaa"), run.noted("qp_" + stray)):
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
    without_name = {"email": "b@example.org", "password": stray, "handle": "bo"}
    refused = await live.post(REGISTER, input=without_name)
    assert refused.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert stray not in refused.text
    cookie = {"cookie": f"{COOKIE}={run.noted(secrets.token_hex(32))}"}
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
    database_url: str, postgres: Postgres, collector: OtlpCollector, tmp_path: Path
) -> None:
    settings = {
        "DATABASE_URL": database_url,
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "QUESTPATH_TRACE_SHARE": "1",
        "QUESTPATH_ENV": "production",
        "QUESTPATH_HOSTS": "127.0.0.1",
        "QUESTPATH_SECRET": f"the gateway's own {secrets.token_hex(16)}",
        "QUESTPATH_LOG_LEVEL": "debug",
        "QUESTPATH_LOG_SQL": "all",
        "QUESTPATH_METRICS_TOKEN": f"for metrics {secrets.token_hex(8)}",
    }
    with running_gateway(tmp_path, **settings) as process:
        async with httpx.AsyncClient(base_url=process.url) as client:
            run = Run(Live(None, process.url, client, None), postgres)  # type: ignore[arg-type]
            token, user_id = await sign_in(run)
            _, key = await a_key(run.live, token)
            run.noted(key)
            await take_quiz(run, token, user_id)
            await use_every_transport(run, token, key)
            _, unseen = await a_key(run.live, token)
            await run.rows("ALTER TABLE api_keys RENAME TO gone")
            await run.live.post(
                CREATE_API_KEY, token=token, input={"name": "B", "scopes": ["READ_PROFILE"], "expiresAt": FAR}
            )
            await run.live.post(WHO, token=run.noted(unseen))
            bearer = f"Bearer {run.noted(settings['QUESTPATH_METRICS_TOKEN'])}"
            metrics = (await client.get("/metrics", headers={"authorization": bearer})).text
        assert process.stop() == 0
    run.noted(settings["QUESTPATH_SECRET"])

    lines = [json.loads(line) for line in process.lines if line.startswith("{")]
    counts = str(await run.rows("SELECT * FROM field_counts"))
    spans = "".join(str(span) for span in collector.spans)
    written = "".join(process.lines) + metrics + counts + spans
    assert len(lines) > 25
    assert sum(line["event"] == "defect" for line in lines) == 2
    assert {line["transport"] for line in lines if "transport" in line} == {"http", "sse", "websocket"}
    assert len(collector.spans) > 50
    assert "Viewer.user" in counts
    assert "questpath_request_seconds_bucket" in metrics
    assert len(run.canaries) > 15
    assert [
        secret for secret in run.canaries if secret in written or secret.rpartition(".")[2] in written
    ] == []
