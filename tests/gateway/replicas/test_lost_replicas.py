"""Lost replicas: one that is paused, promoted, killed or frozen gets no reads, and costs no request."""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator

import pytest

from persistence.replicas.replica import Absence
from tests.support.clients.replicated import Gateway, gateways, until
from tests.support.servers.postgres_replicas import (
    ReplicaServer,
    ReplicatedServer,
    primary,
    replica,
)

__all__ = ["primary", "replica"]

USERS = "{ users(first: 5) { nodes { handle } } }"
pytestmark = pytest.mark.slow


@pytest.fixture
def doomed(primary: ReplicatedServer) -> Iterator[ReplicaServer]:
    """A replica of the test's own."""
    with primary.replica() as server:
        yield server


async def ask(gateway: Gateway, outcomes: Counter[str], over: asyncio.Event) -> None:
    """Run queries until it is over, and count how they end."""
    while not over.is_set():
        response = await gateway.post(USERS)
        body = response.json()
        codes = [error["extensions"]["code"] for error in body.get("errors", [])]
        outcomes[codes[0] if codes else "ok"] += 1


async def under_load(
    gateway: Gateway, absence: Absence, happens: Callable[[], Awaitable[None]]
) -> Counter[str]:
    """Let something happen to the first replica under load; return how queries ended until it was left out."""
    outcomes: Counter[str] = Counter()
    over = asyncio.Event()
    asking = [asyncio.create_task(ask(gateway, outcomes, over)) for _ in range(4)]
    await until(lambda: outcomes["ok"] > 20)
    await happens()
    await until(lambda: gateway.replicas.all[0].absence is absence)
    seen = outcomes["ok"]
    await until(lambda: outcomes["ok"] > seen + 20)
    over.set()
    await asyncio.gather(*asking)
    return outcomes


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP, signal.SIGINT])
async def test_a_replica_that_ends_or_hangs_costs_no_request(
    primary: ReplicatedServer, doomed: ReplicaServer, how: signal.Signals
) -> None:
    async with gateways(primary, doomed, replica_late_s=30) as (gateway,):
        outcomes = await under_load(gateway, Absence.AWAY, lambda: asyncio.to_thread(doomed.signal, how))
        reads = gateway.replicas.all[0].reads
        primary_reads = gateway.replicas.primary_reads

    assert set(outcomes) == {"ok"}
    assert reads > 0
    assert primary_reads > 0


async def test_a_promoted_replica_costs_no_request(primary: ReplicatedServer, doomed: ReplicaServer) -> None:
    async with gateways(primary, doomed, replica_late_s=30) as (gateway,):
        outcomes = await under_load(gateway, Absence.PROMOTED, lambda: doomed.run("SELECT pg_promote()"))

    assert set(outcomes) == {"ok"}


async def test_a_paused_replica_is_left_out_and_taken_back(
    primary: ReplicatedServer, replica: ReplicaServer
) -> None:
    async with gateways(primary, replica, replica_late_s=30) as (gateway,):
        await replica.run("SELECT pg_wal_replay_pause()")
        await until(lambda: gateway.replicas.all[0].absence is Absence.PAUSED)
        left = gateway.replicas.all[0].reads
        await gateway.post(USERS)
        during = gateway.replicas.all[0].reads
        await replica.run("SELECT pg_wal_replay_resume()")
        await until(lambda: gateway.used == 1)
        await gateway.post(USERS)
        after = gateway.replicas.all[0].reads

    assert (left, during, after) == (left, left, left + 1)


async def test_a_late_replica_is_left_out_and_taken_back(
    primary: ReplicatedServer, replica: ReplicaServer
) -> None:
    async with gateways(primary, replica, replica_late_s=0.5) as (gateway,):
        await replica.delay("1h")
        await gateway.register("late_ada")
        await until(lambda: gateway.replicas.all[0].absence is Absence.LATE)
        await replica.delay("0")
        await until(lambda: gateway.used == 1)


async def test_reads_are_spread_over_the_replicas(
    primary: ReplicatedServer, replica: ReplicaServer, doomed: ReplicaServer
) -> None:
    async with gateways(primary, replica, doomed, replica_late_s=30) as (gateway,):
        for _ in range(40):
            await gateway.post(USERS)
        reads = [each.reads for each in gateway.replicas.all]

    assert sum(reads) == 40
    assert abs(reads[0] - reads[1]) <= 4
