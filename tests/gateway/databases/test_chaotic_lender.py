"""Chaos: failures on purpose arrive as typed errors, nothing acknowledged is lost, and all recovers."""

from collections import Counter
from typing import Any

import httpx
import pytest

from gateway.databases.chaotic_lender import ChaoticLender
from gateway.settings import chaos as chaos_settings
from gateway.settings.chaos import Chaos
from gateway.settings.environment import SettingsError, read
from tests.gateway.conftest import Live, running

CREATE = """mutation ($key: String!) { createGoal(input: {title: "Read", idempotencyKey: $key}) {
  goal { id } userErrors { __typename } } }"""
COUNT = "{ viewer { goals(first: 50) { nodes { id } } } }"
EXAMS = "{ examTypes { id } }"
CALM = "errors:0"


def lender_of(live: Live) -> ChaoticLender:
    lender = live.app.readiness._database.lender
    assert isinstance(lender, ChaoticLender)
    return lender


def code(response: httpx.Response) -> str:
    errors = response.json().get("errors", [])
    return errors[0]["extensions"]["code"] if errors else "ok"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"chaos": "latency:1ms"}


async def test_no_acknowledged_write_is_lost_and_none_is_done_twice(live: Live) -> None:
    token = await live.register("ada")
    chaos = lender_of(live).chaos
    codes: Counter[str] = Counter()
    acknowledged = set()

    chaos.errors = 0.5
    for number in range(20):
        while True:
            response = await live.post(CREATE, token=token, key=f"a-long-key-{number:08}")
            codes[code(response)] += 1
            if codes.total() > 2_000 or code(response) == "ok":
                break
        acknowledged.add(response.json()["data"]["createGoal"]["goal"]["id"])
    chaos.errors = 0.0
    kept = (await live.post(COUNT, token=token)).json()["data"]["viewer"]["goals"]["nodes"]

    assert codes.keys() == {"ok", "UPSTREAM_UNAVAILABLE"}
    assert codes["UPSTREAM_UNAVAILABLE"] > 0
    assert {goal["id"] for goal in kept} == acknowledged
    assert len(kept) == len(acknowledged) == 20


async def test_a_full_pool_is_a_typed_error_and_recovers(live: Live) -> None:
    chaos = lender_of(live).chaos

    chaos.is_pool_full = True
    refused = await live.post(EXAMS)
    ready = await live.client.get("/health/ready")
    chaos.is_pool_full = False
    served = await live.post(EXAMS)

    assert code(refused) == "UPSTREAM_UNAVAILABLE"
    assert (ready.status_code, code(served)) == (200, "ok")


async def test_latency_passes_before_each_use_of_the_database(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []

    async def slept(seconds: float) -> None:
        waits.append(seconds)

    lender = lender_of(live)
    lender.chaos.latency_s = 0.25
    monkeypatch.setattr("gateway.databases.chaotic_lender.asyncio.sleep", slept)
    connection = await lender.borrow()
    lender.give_back(connection, None)

    assert 0.25 in waits


async def test_with_redis_lost_requests_are_served_and_say_so(database_url: str, redis_url: str) -> None:
    async with running(database_url, chaos="redis:lost", redis_url=redis_url) as live:
        answered = await live.post(EXAMS)
        ready = await live.client.get("/health/ready")

    assert code(answered) == "ok"
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")


def test_all_switches_are_read() -> None:
    found = chaos_settings.parsed("latency:50ms, errors:0.01,redis:lost,pool:full")

    assert found == Chaos(latency_s=0.05, errors=0.01, is_redis_lost=True, is_pool_full=True)
    assert not chaos_settings.parsed(CALM).touches_postgres


def test_production_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTPATH_ENV", "production")
    monkeypatch.setenv("QUESTPATH_SECRET", "x9" * 20)
    monkeypatch.setenv("QUESTPATH_HOSTS", "api.example.org")
    monkeypatch.setenv("DATABASE_URL", "postgresql://user@127.0.0.1/questpath")
    monkeypatch.setenv("QUESTPATH_CHAOS", "errors:0.01")

    with pytest.raises(SettingsError, match="QUESTPATH_CHAOS is refused in production"):
        read()
