"""Read your writes: with a replica that is late on purpose, users see what they changed, through any gateway."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from tests.support.clients.replicated import Gateway, gateways, until
from tests.support.servers.postgres_replicas import ReplicaServer, ReplicatedServer, primary, replica

__all__ = ["primary", "replica"]

NAME = "query ($handle: String!) { user(by: {handle: $handle}) { displayName } }"
RENAME = "mutation ($name: String!) { updateProfile(input: {displayName: $name}) { user { displayName } } }"
OWN = "{ viewer { user { handle displayName } } }"
pytestmark = pytest.mark.slow


@pytest.fixture
async def late(primary: ReplicatedServer, replica: ReplicaServer) -> AsyncIterator[None]:
    """The replica shows each commit a second later, and may be three seconds late."""
    await replica.delay("1s")
    yield
    await replica.delay("0")


@pytest.fixture
async def pair(
    primary: ReplicatedServer, replica: ReplicaServer, late: None, redis_url: str
) -> AsyncIterator[list[Gateway]]:
    """Two gateways that tell each other of writes by Redis, and are past their first caution."""
    overrides = {"replica_late_s": 3, "redis_url": redis_url}
    async with gateways(primary, replica, count=2, **overrides) as both:
        writers = [gateway.replicas.writers for gateway in both]
        for each in writers:
            assert each is not None
            each._unsure_until = 0.0
        yield both


def a_handle() -> str:
    return f"user_{os.urandom(4).hex()}"


async def name_of(handle: str, gateway: Gateway, token: str | None = None) -> str | None:
    """Return the display name of a user, as the caller reads it; None where there is no such user."""
    response = await gateway.post(NAME, token=token, handle=handle)
    user = response.json()["data"]["user"]
    return None if user is None else user["displayName"]


async def rename(gateway: Gateway, token: str, name: str) -> None:
    response = await gateway.post(RENAME, token=token, name=name)
    assert response.json()["data"]["updateProfile"]["user"]["displayName"] == name


async def test_a_user_sees_a_change_through_every_gateway_at_once(pair: list[Gateway]) -> None:
    first, second = pair
    handle = a_handle()
    token = await first.register(handle)

    seen = []
    for number in range(6):
        name = f"Ada {number}"
        await rename(pair[number % 2], token, name)
        seen.append((name, await name_of(handle, first, token), await name_of(handle, second, token)))

    assert all(name == here == there for name, here, there in seen)


async def test_a_new_user_is_signed_in_through_every_gateway_at_once(pair: list[Gateway]) -> None:
    first, second = pair
    handle = a_handle()
    token = await first.register(handle)

    response = await second.post(OWN, token=token)

    assert response.json()["data"]["viewer"]["user"]["handle"] == handle


async def test_others_may_see_a_change_later_and_then_do(pair: list[Gateway]) -> None:
    first, second = pair
    handle = a_handle()
    token = await first.register(handle)
    await until_others_see(second, handle, handle)

    await rename(first, token, "Ada of today")
    at_once = await name_of(handle, second)
    await until_others_see(second, handle, "Ada of today")

    assert at_once == handle
    assert second.replicas.all[0].reads > 0


async def until_others_see(gateway: Gateway, handle: str, name: str) -> None:
    async with asyncio.timeout(20):
        while await name_of(handle, gateway) != name:
            await asyncio.sleep(0.1)


async def test_a_user_reads_the_replica_again_once_it_shows_the_change(pair: list[Gateway]) -> None:
    first, _ = pair
    handle = a_handle()
    token = await first.register(handle)
    before = first.replicas.all[0].reads

    await until_replica_is_read(first, token, before)

    assert await name_of(handle, first, token) == handle


async def until_replica_is_read(gateway: Gateway, token: str, before: int) -> None:
    async with asyncio.timeout(30):
        while gateway.replicas.all[0].reads == before:
            await asyncio.sleep(2.5)  # a user who reads the primary all the time goes on with it
            await gateway.post(OWN, token=token)


async def test_without_redis_a_gateway_of_several_reads_the_primary(
    primary: ReplicatedServer, replica: ReplicaServer
) -> None:
    async with gateways(primary, replica, redis_url="redis://127.0.0.1:1/0") as (gateway,):
        token = await gateway.register(a_handle())
        await until(lambda: gateway.replicas.writers is not None)
        reads = gateway.replicas.all[0].reads

        for _ in range(5):
            await gateway.post(OWN, token=token)

        assert gateway.replicas.all[0].reads == reads
        assert gateway.replicas.writers is not None
        assert gateway.replicas.writers.unshared == 1
