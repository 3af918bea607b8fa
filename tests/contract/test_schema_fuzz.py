"""Schema fuzzing: schemathesis finds no request that gets an INTERNAL_SERVER_ERROR or a 5xx."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from domain.ids import compose
from graph.schema import sdl
from tests.support.servers.gateway import ServerProcess, running_gateway

EXAMPLES = 8
"""Documents for each root field; each is sent as every caller, because making one costs more than sending it."""
ACCOUNTS = {"anonymous": None, "learner": "ada@questpath.example", "admin": "root@questpath.example"}
PASSWORD = "a quest for every day"
LOGIN = "mutation ($input: LoginInput!) { login(input: $input) { accessToken } }"

_ids = st.sampled_from(["user", "goal", "quiz", "attempt", "roadmap", "node", "enrolment"]).map(
    lambda prefix: compose(prefix, milliseconds=1, randomness=b"0123456789")
)
_any_text = st.one_of(_ids, st.text(max_size=20))
schemathesis.graphql.scalar("DateTime", st.datetimes().map(lambda at: at.isoformat() + "Z").map(nodes.String))
schemathesis.graphql.scalar("LocalDate", st.dates().map(str).map(nodes.String))
schemathesis.graphql.scalar("EmailAddress", st.one_of(st.emails(), st.text(max_size=9)).map(nodes.String))
schemathesis.graphql.scalar(
    "URL", st.sampled_from(["https://a.example/", "javascript:x", ""]).map(nodes.String)
)
schemathesis.graphql.scalar("Cursor", st.one_of(st.just("WyJhIl0"), st.text(max_size=9)).map(nodes.String))
schemathesis.graphql.scalar(
    "LeaderboardVersion", st.one_of(st.integers().map(str), _any_text).map(nodes.String)
)
schemathesis.graphql.scalar("BigInt", st.integers(-(2**63), 2**63).map(nodes.Int))
schemathesis.graphql.scalar("Duration", st.just("PT90S").map(nodes.String))

SCHEMA: Any = schemathesis.graphql.from_file(sdl())


@pytest.fixture(scope="module")
def gateway(server_url: str, template: str) -> Iterator[ServerProcess]:
    name = f"fuzz_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"

    async def create_database() -> None:
        connection = await asyncpg.connect(server_url)
        await connection.execute(f"DROP DATABASE IF EXISTS {name}")
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        await connection.close()

    asyncio.run(create_database())
    with (
        tempfile.TemporaryDirectory() as folder,
        running_gateway(Path(folder), DATABASE_URL=f"{server_url.rpartition('/')[0]}/{name}") as running,
    ):
        yield running


@pytest.fixture(scope="module")
def tokens(gateway: ServerProcess) -> dict[str, dict[str, str]]:
    headers: dict[str, dict[str, str]] = {}
    for caller, email in ACCOUNTS.items():
        headers[caller] = {}
        if email is not None:
            variables = {"input": {"email": email, "password": PASSWORD}}
            response = httpx.post(
                f"{gateway.url}/graphql", json={"query": LOGIN, "variables": variables}, timeout=10
            )
            token = response.json()["data"]["login"]["accessToken"]
            headers[caller] = {"authorization": f"Bearer {token}"}
    return headers


@pytest.fixture(scope="module")
def client(gateway: ServerProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url, timeout=20) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "callers", [list(ACCOUNTS)], ids=["all"]
)  # without a parameter all tests have one name
@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
def test_no_request_breaks_the_gateway(
    case: Any, callers: list[str], client: httpx.Client, tokens: dict[str, dict[str, str]]
) -> None:
    for caller in callers:
        response = client.post("/graphql", json={"query": case.body}, headers=tokens[caller])

        assert response.status_code < 500, (caller, response.text)
        codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}
        assert "INTERNAL_SERVER_ERROR" not in codes, (caller, case.body, response.text)
