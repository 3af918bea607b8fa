"""Limits on open streams and websockets, counted together per user and per address."""

import asyncio
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from domain.ids import UserId
from gateway.connections.keyed_counters import KeyedCounter
from gateway.http.errors import HttpError
from gateway.streams.connection_slots import ConnectionSlots
from tests.gateway.conftest import Live
from tests.support.clients.live_boards import SHARED, learner, watching
from tests.support.clients.sse import streaming

ADA, BOB = UserId("user_ada"), UserId("user_bob")


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"sockets_per_address": 3, "sockets_per_user": 2}


def test_a_slot_is_free_again_after_the_stream_ended_or_was_refused() -> None:
    per_address, per_user = KeyedCounter(2), KeyedCounter(1)
    slots = ConnectionSlots(per_address, per_user)

    with slots.taken("192.0.2.1", ADA):
        with pytest.raises(HttpError, match="At most 1 streams"), slots.taken("192.0.2.1", ADA):
            pass
        with slots.taken("192.0.2.1", BOB), pytest.raises(HttpError), slots.taken("192.0.2.1", None):
            pass
        with slots.taken("198.51.100.1", None):
            pass

    assert per_address._counts == per_user._counts == {}


async def test_the_streams_and_websockets_of_a_user_are_limited(live: Live) -> None:
    _, token = await learner(live, "ada")

    async with streaming(live, SHARED, token=token) as one, watching(live, SHARED, token=token):
        await one.sure()
        async with streaming(live, SHARED, token=token) as third:
            await third.response.aread()

    assert third.response.status_code == 429
    assert third.response.headers["retry-after"] == "1"
    assert third.response.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_CONNECTIONS"


async def test_the_streams_and_websockets_of_an_address_are_limited(live: Live) -> None:
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
