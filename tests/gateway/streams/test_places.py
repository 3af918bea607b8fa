"""Places: streams and sockets of one user and one address are counted together, and given back."""

import asyncio
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from domain.ids import UserId
from gateway.connections.tallies import Tally
from gateway.http.errors import HttpError
from gateway.streams.places import Places
from tests.event_client import streaming
from tests.gateway.conftest import Live
from tests.gateway.streams.test_live_boards import SHARED, learner, watching

ADA, BOB = UserId("user_ada"), UserId("user_bob")


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"sockets_per_address": 3, "sockets_per_user": 2}


def test_a_place_is_free_again_after_it_was_left_or_refused() -> None:
    per_address, per_user = Tally(2), Tally(1)
    places = Places(per_address, per_user)

    with places.taken("192.0.2.1", ADA):
        with pytest.raises(HttpError, match="At most 1 streams"), places.taken("192.0.2.1", ADA):
            pass
        with places.taken("192.0.2.1", BOB), pytest.raises(HttpError), places.taken("192.0.2.1", None):
            pass
        with places.taken("198.51.100.1", None):
            pass

    assert per_address._held == per_user._held == {}


async def test_a_user_has_so_many_streams_and_sockets(live: Live) -> None:
    _, token = await learner(live, "ada")

    async with streaming(live, SHARED, token=token) as one, watching(live, SHARED, token=token):
        await one.sure()
        async with streaming(live, SHARED, token=token) as third:
            await third.response.aread()

    assert third.response.status_code == 429
    assert third.response.headers["retry-after"] == "1"
    assert third.response.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_CONNECTIONS"


async def test_an_address_has_so_many_streams_and_sockets(live: Live) -> None:
    async with streaming(live, SHARED) as one, streaming(live, SHARED) as two, watching(live, SHARED):
        await one.sure()
        await two.sure()
        async with streaming(live, SHARED) as fourth:
            await fourth.response.aread()
        with pytest.raises(InvalidStatus, match="429"):
            async with watching(live, SHARED):
                pass

    assert fourth.response.status_code == 429
    async with asyncio.timeout(3):
        while True:
            async with streaming(live, SHARED) as again:
                if again.response.status_code == 200:
                    break
