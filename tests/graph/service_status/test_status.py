"""Service status through the schema: what clients read, and how they hear of changes."""

import asyncio

import pytest

from domain.dependency_table import IDENTITY_PROVIDER
from domain.service_status.parts import PartState, Trouble
from gateway.service_status.status_board import StatusBoard
from tests.support.schema_client import Asker

STATUS = "{ serviceStatus { state parts { part state since message } } }"
CHANGED = "subscription { serviceStatusChanged { state parts { part state } } }"


@pytest.fixture
def board(ask: Asker) -> StatusBoard:
    ask.ports.service_status = found = StatusBoard()
    return found


def provider_down(ask: Asker) -> Trouble:
    return Trouble(cause=IDENTITY_PROVIDER.name, state=PartState.DOWN, since=ask.clock())


async def test_anybody_reads_what_works_without_a_statement(ask: Asker, board: StatusBoard) -> None:
    before = ask.statements
    well = (await ask.data(STATUS))["serviceStatus"]
    board.show([provider_down(ask)])
    ill = (await ask.data(STATUS))["serviceStatus"]

    assert ask.statements == before
    assert well["state"] == "OPERATIONAL"
    assert {(part["state"], part["since"], part["message"]) for part in well["parts"]} == {
        ("OPERATIONAL", None, None)
    }
    assert ill["state"] == "DOWN"
    (part,) = [part for part in ill["parts"] if part["state"] != "OPERATIONAL"]
    assert part["part"] == "EXTERNAL_SIGN_IN"
    assert part["since"].startswith(ask.clock().isoformat()[:19])
    assert part["message"] == IDENTITY_PROVIDER.sentence


async def test_a_subscriber_gets_the_status_and_each_change_once(ask: Asker, board: StatusBoard) -> None:
    stream = await ask.stream(CHANGED)
    first = await anext(stream)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.01)
    board.show([])
    await asyncio.sleep(0.01)
    assert not waiting.done()

    board.show([provider_down(ask)])
    second = await asyncio.wait_for(waiting, 1)
    board.show([])
    third = await asyncio.wait_for(anext(stream), 1)

    states = [each["data"]["serviceStatusChanged"]["state"] for each in (first, second, third)]
    assert states == ["OPERATIONAL", "DOWN", "OPERATIONAL"]
    await stream.aclose()
