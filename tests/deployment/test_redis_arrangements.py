"""Redis by sentinels and as a cluster: what is lost costs no request, and is found again."""

import asyncio
import hashlib
from pathlib import Path

import httpx
import pytest

from tests.deployment.clusters import initialised, running_postgres
from tests.deployment.programs import eventually
from tests.deployment.redis_servers import ask, running_nodes, running_sentinels, subscribers
from tests.support.patience import PATIENCE_S
from tests.support.servers.gateway import ServerProcess, running_gateway

pytestmark = pytest.mark.timeout(300)
QUERY = {"query": "{ leaderboard { total } }"}


def state(gateway: ServerProcess) -> str:
    """Return what a gateway says about itself."""
    found: str = httpx.get(f"{gateway.url}/health/ready").json()["status"]
    return found


async def load(url: str, over: asyncio.Event) -> int:
    """Send one request after another; return how many were answered."""
    answered = 0
    async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
        while not over.is_set():
            body = (await client.post(f"{url}/graphql", json=QUERY)).json()
            assert "errors" not in body, body
            answered += 1
            await asyncio.sleep(0.02)
    return answered


async def test_a_gateway_follows_the_primary_that_sentinels_name(tmp_path: Path) -> None:
    over = asyncio.Event()
    with (
        running_postgres(initialised(tmp_path / "postgres"), fsync="off") as cluster,
        running_sentinels(tmp_path / "redis") as watched,
        running_gateway(tmp_path, DATABASE_URL=cluster.url, REDIS_URL=watched.url) as gateway,
    ):
        eventually(lambda: state(gateway) == "ready")
        loaded = asyncio.create_task(load(gateway.url, over))
        await asyncio.sleep(0.5)

        watched.primary.kill()
        await asyncio.to_thread(eventually, lambda: state(gateway) == "degraded")
        await asyncio.to_thread(eventually, lambda: state(gateway) == "ready")
        await asyncio.to_thread(eventually, lambda: subscribers(watched.replica_port) == 1)

        over.set()
        assert await loaded > 0
        assert "role:master" in ask(watched.replica_port, "info", "replication")


async def persisted(gateway: ServerProcess, **more: str) -> dict[str, object]:
    """Ask by the hash of the document alone, or send it too."""
    digest = hashlib.sha256(QUERY["query"].encode()).hexdigest()
    extension = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}
    async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
        body: dict[str, object] = (await client.post(f"{gateway.url}/graphql", json=extension | more)).json()
    return body


async def test_gateways_share_a_cluster_and_go_on_without_one_of_its_nodes(tmp_path: Path) -> None:
    over = asyncio.Event()
    with (
        running_postgres(initialised(tmp_path / "postgres"), fsync="off") as cluster,
        running_nodes(tmp_path / "redis") as nodes,
        running_gateway(tmp_path, DATABASE_URL=cluster.url, REDIS_URL=nodes.url) as first,
        running_gateway(tmp_path, DATABASE_URL=cluster.url, REDIS_URL=nodes.url) as second,
    ):
        eventually(lambda: state(first) == state(second) == "ready")
        eventually(lambda: sum(map(subscribers, nodes.ports)) == 2)

        sent = await persisted(first, **QUERY)
        found = await persisted(second)
        keys = [int(ask(port, "dbsize")) for port in nodes.ports]
        loads = [asyncio.create_task(load(gateway.url, over)) for gateway in (first, second)]
        nodes.processes[0].kill()
        await asyncio.sleep(2)
        over.set()
        answered = await asyncio.gather(*loads)

    assert "errors" not in sent
    assert found["data"] == sent["data"]
    assert sum(keys) > 0
    assert min(answered) > 0
