"""Production: the strict profile."""

import argparse
from typing import Any

import pytest

from gateway.commands.databases import migrations
from gateway.commands.errors import CommandError
from gateway.settings.environment import Settings
from tests.gateway.conftest import Live


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"env": "production", "secret": "x9" * 20}


async def test_there_is_no_playground(live: Live) -> None:
    page = await live.client.get("/graphql", headers={"accept": "text/html"})

    assert page.status_code == 406
    assert page.json()["errors"][0]["extensions"]["code"] == "NOT_ACCEPTABLE"


async def test_a_get_needs_a_header_that_a_forged_request_cannot_send(live: Live) -> None:
    forged = await live.client.get("/graphql", params={"query": "{ __typename }"})
    allowed = await live.client.get(
        "/graphql", params={"query": "{ __typename }"}, headers={"graphql-require-preflight": "1"}
    )

    assert forged.status_code == 403
    assert forged.json()["errors"][0]["extensions"]["code"] == "CSRF_BLOCKED"
    assert allowed.json() == {"data": {"__typename": "Query"}}


async def test_validation_errors_suggest_nothing(live: Live) -> None:
    response = await live.post("{ leaderbord { total } }")

    assert "Did you mean" not in response.text
    assert "server" not in response.headers


async def test_no_demo_account_is_created(live: Live, database_url: str, overrides: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match="not created in production"):
        await migrations.seed(Settings(**overrides), database_url, argparse.Namespace())

    assert (await live.post("{ users { nodes { id } } }")).json()["data"]["users"]["nodes"] == []
