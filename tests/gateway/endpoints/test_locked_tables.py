"""A locked table: requests for it fill their share of the pool, and reads of others and readiness go on."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from persistence.postgres_refusals import Reason
from tests.gateway.conftest import Live

GOALS = "{ viewer { goals(first: 5) { nodes { title } } } }"
EXAMS = "{ examTypes { id } }"
CREATE = """mutation ($key: String!) { createGoal(input: {title: "Read", idempotencyKey: $key}) {
  goal { id } userErrors { __typename } } }"""
TIMES = 30
pytestmark = pytest.mark.slow


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"pool": 10, "lock_wait_s": 4.0}


@asynccontextmanager
async def locked(database_url: str, *tables: str) -> AsyncIterator[None]:
    """Hold the tables so that nobody else can even read them."""
    holder = await asyncpg.connect(database_url)
    async with holder.transaction():
        for table in tables:
            await holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
    await holder.close()


def codes(*responses: Any) -> Counter[str]:
    """Count the codes of the responses; those without errors are `ok`."""
    found: Counter[str] = Counter()
    for response in responses:
        errors = response.json().get("errors", [])
        found[errors[0]["extensions"]["code"] if errors else "ok"] += 1
    return found


async def test_others_are_answered_while_one_table_is_locked(live: Live, database_url: str) -> None:
    token = await live.register("ada")
    database = live.app.readiness._database
    stuck = []

    async with locked(database_url, "goals"):
        for number in range(TIMES):
            stuck += [
                asyncio.create_task(live.post(GOALS, token=token)),
                asyncio.create_task(live.post(CREATE, token=token, key=f"a-long-key-{number:08}")),
            ]
        await asyncio.sleep(0.3)
        others = await asyncio.gather(*[live.post(EXAMS) for _ in range(TIMES)])
        ready = await live.client.get("/health/ready")
        load = database.load
        while not database.lender.bulkheads.refused.get("goals"):
            await asyncio.sleep(0.02)
        refused_at_once = await live.post(GOALS, token=token)
    results = await asyncio.gather(*stuck)

    assert codes(*others) == {"ok": TIMES}
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert load.in_use < load.largest
    assert codes(refused_at_once) == {"UPSTREAM_UNAVAILABLE": 1}
    assert "try again in a few seconds" in refused_at_once.json()["errors"][0]["message"]
    assert set(codes(*results)) == {"ok", "UPSTREAM_UNAVAILABLE"}
    assert codes(await live.post(GOALS, token=token)) == {"ok": 1}


async def test_a_table_that_every_read_joins_holds_no_more_than_its_share(
    live: Live, database_url: str
) -> None:
    token = await live.register("ada")
    joining = [
        "{ roadmaps(first: 3) { nodes { author { handle } } } }",
        "{ leaderboard { top { user { handle } } } }",
        "{ viewer { user { handle } } }",
        '{ user(by: {handle: "ada"}) { displayName } }',
        GOALS,
    ]

    async with locked(database_url, "users"):
        stuck = [asyncio.create_task(live.post(text, token=token)) for text in joining * 6]
        await asyncio.sleep(0.3)
        others = await asyncio.gather(*[live.post(EXAMS) for _ in range(TIMES)])
    await asyncio.gather(*stuck)

    assert codes(*others) == {"ok": TIMES}


async def test_waiting_for_a_lock_ends_before_the_deadline_of_the_statement(
    live: Live, database_url: str
) -> None:
    token = await live.register("ada")

    async with locked(database_url, "goals"):
        response = await live.post(GOALS, token=token)

    refusals = live.app.readiness._database.lender.refusals
    assert codes(response) == {"UPSTREAM_UNAVAILABLE": 1}
    assert refusals == {Reason.LOCKED: 1}
