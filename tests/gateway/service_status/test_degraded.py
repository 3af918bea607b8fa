"""Degraded responses: they name the parts that they depend on and that do not work, unless caches may store them."""

from typing import Any

import httpx
import pytest

from domain.dependency_table import MAIL_SERVER
from domain.service_status.causes import DATABASE_BUSY
from domain.service_status.parts import PartState, ServicePart, Trouble
from gateway.secrets_and_ids import now
from gateway.service_status.dependent_fields import DEPENDENT
from gateway.service_status.status_board import StatusBoard
from graph.schema import executable
from tests.gateway.conftest import Live

USERS = "{ users { nodes { handle } } }"
RESET = 'mutation { requestPasswordReset(input: {email: "ada@example.org"}) { userErrors { __typename } } }'
BUSY = {"part": "DATABASE", "state": "DEGRADED"}
NO_MAIL = {"part": "MAIL", "state": "DOWN"}


@pytest.fixture
def board(live: Live) -> StatusBoard:
    """The board of a gateway that sends no mails, and whose database is busy."""
    board = live.app.pipeline.ports.service_status = StatusBoard()
    board.show(
        [
            Trouble(cause=MAIL_SERVER.name, state=PartState.DOWN, since=now()),
            Trouble(cause=DATABASE_BUSY.name, state=PartState.DEGRADED, since=now()),
        ]
    )
    return board


async def get(live: Live) -> httpx.Response:
    return await live.client.get("/graphql", params={"query": USERS})


async def extensions(live: Live, text: str, **headers: str) -> Any:
    answer = await live.client.post("/graphql", json={"query": text}, headers=headers)
    return answer.json().get("extensions")


async def test_responses_say_nothing_while_everything_works(live: Live) -> None:
    assert await extensions(live, USERS) is None
    assert await extensions(live, RESET) is None


@pytest.mark.usefixtures("board")
async def test_a_response_names_what_it_depends_on_and_does_not_work(live: Live) -> None:
    assert await extensions(live, USERS) == {"degraded": [BUSY]}
    assert await extensions(live, RESET) == {"degraded": [BUSY, NO_MAIL]}


async def test_a_response_that_depends_on_nothing_that_fails_says_nothing(
    live: Live, board: StatusBoard
) -> None:
    board.show([Trouble(cause=MAIL_SERVER.name, state=PartState.DOWN, since=now())])

    assert await extensions(live, USERS) is None
    assert await extensions(live, RESET) == {"degraded": [NO_MAIL]}


@pytest.mark.usefixtures("board")
async def test_the_cost_that_a_client_asked_for_is_beside_it(live: Live) -> None:
    found = await extensions(live, USERS, **{"x-questpath-cost": "1"})

    assert found.keys() == {"cost", "degraded"}


async def test_what_caches_may_store_stays_the_same_to_the_byte(live: Live, board: StatusBoard) -> None:
    during = await get(live)
    board.show([])
    after = await get(live)

    assert during.headers["cache-control"] == "public, max-age=60"
    assert (during.content, during.headers["etag"]) == (after.content, after.headers["etag"])


async def test_when_everything_works_again_responses_say_nothing(live: Live, board: StatusBoard) -> None:
    board.show([])

    assert await extensions(live, RESET) is None


async def test_the_status_of_a_running_gateway_is_answered(live: Live) -> None:
    found = (await live.post("{ serviceStatus { state parts { part } } }")).json()["data"]["serviceStatus"]

    assert found["state"] == "OPERATIONAL"
    assert [each["part"] for each in found["parts"]] == [part.value for part in ServicePart]


def test_dependent_fields_are_fields_of_the_schema() -> None:
    schema = executable()
    for fields in DEPENDENT.values():
        for field in fields:
            type_, _, name = field.partition(".")
            assert name in schema.type_map[type_].fields, field
