"""Migrations under load: the newest ones go down and up again beside a gateway, and no request fails."""

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.assessment.partitions import slot_partitions
from domain.errors import UnavailableError
from domain.unit_of_work import Meter
from gateway.databases import migrations
from persistence.database import connect
from persistence.signals import LocalSignals
from persistence.work import Postgres
from tests.e2e.learner import ANSWER, START, SUBMIT, Learner
from tests.support.clients.raw_http import RawConnection
from tests.support.servers.gateway import running_gateway

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
OLDEST = "0075"
NEEDED = {
    "0077": "Signing in writes `users.last_sign_in_at`.",
    "0078": "Starting a job writes `jobs.request_id`.",
}
"""Migrations without which this version cannot run, with what it would miss: they are not taken back under load."""
LEARNERS = 8
EVERY_S = LEARNERS / 200
"""Each learner sends a request this often: 200 a second in all, where the machine can."""
READ = """{ leaderboard { total entries(first: 5) { xp } } viewer {
  attempts(first: 3) { nodes { id state score slots { number } xpEntries { amount } } }
  dashboard { streak { current } recentActivities { summary } } } }"""
DIFFERENT = """SELECT count(*) FROM users u WHERE xp_total <> coalesce(
    (SELECT sum(amount) FROM xp_entries x WHERE x.user_id = u.id AND x.status = 'SETTLED'), 0)"""
UNPAID = """SELECT count(*) FROM quiz_attempts a WHERE state = 'GRADED' AND score > 0 AND NOT EXISTS (
    SELECT FROM activities WHERE source_id = a.id)"""


@dataclass
class Load:
    """What learners ask until it is over."""

    over: asyncio.Event = field(default_factory=asyncio.Event)
    responses: int = 0
    submitted: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    async def learn(self, learner: Learner, quizzes: list[dict[str, str]]) -> None:
        """Take quizzes one after the other, and read in between; a request every EVERY_S without a retry."""
        host, _, port = learner.url.removeprefix("http://").partition(":")
        connection = RawConnection(*await asyncio.open_connection(host, int(port)))
        due, round_ = time.monotonic(), 0
        while not self.over.is_set():
            documents = self._take(
                learner, quizzes[round_ % len(quizzes)]["id"], f"{learner.handle} {round_}"
            )
            answer = None
            while True:
                try:
                    text, variables = documents.send(answer)
                except StopIteration:
                    break
                answer = await self._ask(connection, learner.token, text, variables)
                due = max(due + EVERY_S, time.monotonic() - EVERY_S)
                await asyncio.sleep(max(0.0, due - time.monotonic()))
            round_ += 1
        connection.writer.close()

    def _take(self, learner: Learner, quiz_id: str, key: str) -> Any:
        """Yield the requests of one attempt; receive the data of each."""
        started = yield START, {"input": {"quizId": quiz_id, "idempotencyKey": key}}
        attempt = (started or {}).get("startQuizAttempt", {}).get("attempt")
        if attempt is None:
            return
        for slot in attempt["slots"][:3]:
            given = {
                "attemptId": attempt["id"],
                "slot": slot["number"],
                "answer": an_answer(slot["question"]),
            }
            yield ANSWER, {"input": given | {"clientSeq": 1}}
            yield READ, {}
        yield SUBMIT, {"input": {"attemptId": attempt["id"], "idempotencyKey": key}}
        self.submitted.append(attempt["id"])

    async def _ask(self, connection: RawConnection, token: str, text: str, variables: Any) -> Any:
        body = json.dumps({"query": text, "variables": variables}).encode()
        head = (
            f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        await connection.send(head.encode() + body)
        response = await connection.response()
        self.responses += 1
        answer = json.loads(response.body)
        if response.status != 200 or "errors" in answer or b'"code"' in response.body:
            self.failures.append(f"{text[:30]} {answer}")
        return answer.get("data")


def an_answer(question: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of the question's kind."""
    if "options" in question:
        return {"options": [question["options"][0]["id"]]}
    return {"TRUE_FALSE": {"truth": True}, "SHORT_TEXT": {"text": "one"}}.get(
        question["kind"], {"number": "1"}
    )


def floor() -> str:
    """Return the migration down to which the newest ones can be taken back under this version."""
    return max([OLDEST, *NEEDED])


async def make_partitions(url: str) -> list[str]:
    """Make the partitions of the next years, as the job does: again where a lock was not given."""
    async with connect(url) as database:
        while True:
            with contextlib.suppress(UnavailableError):
                async with Postgres(database, LocalSignals()).open_work(Meter()) as work:
                    later = datetime.now(UTC) + timedelta(days=365)
                    return await slot_partitions.make_due(work.slot_partitions, now=later)
            await asyncio.sleep(0.2)


async def hold(url: str, over: asyncio.Event) -> None:
    """Read the largest tables in transactions that are longer than a migration waits for a lock."""
    connection = await asyncpg.connect(url)
    while not over.is_set():
        async with connection.transaction():
            await connection.execute("SELECT FROM attempt_slots, xp_entries, activities LIMIT 1")
            await asyncio.sleep(0.3)
        await asyncio.sleep(1.7)
    await connection.close()


async def test_the_newest_migrations_go_down_and_up_and_no_request_fails(
    database_url: str, tmp_path: Path
) -> None:
    steps = [number for number in migrations.numbers() if number >= floor()]
    with running_gateway(tmp_path, DATABASE_URL=database_url) as running:
        learners = [await Learner(running.url, f"learner_{n}").register() for n in range(LEARNERS)]
        quizzes = (await learners[0].ask("{ quizzes(first: 3) { nodes { id } } }"))["quizzes"]["nodes"]
        load = Load()
        tasks = [asyncio.create_task(load.learn(learner, quizzes)) for learner in learners]
        tasks.append(asyncio.create_task(hold(database_url, load.over)))

        for before, after in pairwise(reversed(steps)):
            await migrations.move(database_url, before, after)
            await asyncio.sleep(0.3)
        down = load.responses
        assert await migrations.current(database_url) == steps[0]
        for before, after in pairwise(steps):
            await migrations.move(database_url, before, after)
            await asyncio.sleep(0.3)

        up = load.responses
        made = await make_partitions(database_url)
        while load.responses < up + 100:
            await asyncio.sleep(0.05)
        load.over.set()
        await asyncio.gather(*tasks)
        for learner in learners:
            await learner.close()

    connection = await asyncpg.connect(database_url)
    counts = [await connection.fetchval(statement) for statement in (DIFFERENT, UNPAID)]
    await connection.close()
    assert load.failures == []
    assert len(made) > 1
    assert min(down, up - down) > 10
    assert (counts, len(load.submitted) > LEARNERS) == ([0, 0], True)
    assert not running.has_logged("defect")
