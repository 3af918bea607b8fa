"""Gateways that read replicas of the tests' own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, cast

from pydantic import SecretStr

from gateway.operations.replica_routes import RoutedExecutor
from persistence.replicas.read_replicas import ReadReplicas
from tests.gateway.conftest import Live, running
from tests.support.patience import PATIENCE_S
from tests.support.servers.postgres_replicas import ReplicaServer, ReplicatedServer


class Gateway(Live):
    """A running gateway with replicas."""

    @property
    def replicas(self) -> ReadReplicas:
        return cast(RoutedExecutor, self.app.pipeline.executor)._replicas

    @property
    def used(self) -> int:
        """How many replicas get reads."""
        return sum(state.absence is None for state in self.replicas.states)


@asynccontextmanager
async def gateways(
    primary: ReplicatedServer, *servers: ReplicaServer, count: int = 1, **overrides: Any
) -> AsyncIterator[list[Gateway]]:
    """Run gateways that read the replicas, each of which is in use when the block begins."""
    urls = [SecretStr(server.url) for server in servers]
    async with AsyncExitStack() as stack:
        started = []
        for _ in range(count):
            live = await stack.enter_async_context(
                running(primary.url, database_replica_urls=urls, **overrides)
            )
            started.append(Gateway(live.app, live.url, live.client, live.server))
        await until(lambda: all(each.used == len(servers) for each in started))
        yield started


async def until(is_so: Callable[[], Any]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await asyncio.sleep(0.02)
