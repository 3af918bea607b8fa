"""HAProxy before two gateways: one that drains is left out without a failed request, and websockets pass."""

import asyncio
import json
import signal
import ssl
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.deployment.clusters import initialised, running_postgres, running_redis
from tests.deployment.programs import eventually, run, started
from tests.support.patience import PATIENCE_S
from tests.support.servers.certificates import contexts_for
from tests.support.servers.gateway import ROOT, ServerProcess, free_port, running_gateway

pytestmark = pytest.mark.timeout(300)
CONFIGURATION = ROOT / "deploy" / "haproxy" / "haproxy.cfg"
CLIENTS = 4
QUERY = {"query": "{ leaderboard { total } }"}
GATEWAY = {
    "QUESTPATH_TRUSTED_PROXIES": "127.0.0.1/32",
    "QUESTPATH_DRAIN_GRACE_S": "3",
    "QUESTPATH_DRAIN_S": "2",
}


def configuration(folder: Path, port: int, *gateways: ServerProcess) -> Path:
    """Write our file with the addresses of the test."""
    written = CONFIGURATION.read_text("utf-8")
    for given, here in (
        ("bind :443", f"bind 127.0.0.1:{port}"),
        ("/etc/haproxy/certificates/", f"{folder / 'certificates'}/"),
        ("10.0.0.11:8000", gateways[0].url.removeprefix("http://")),
        ("10.0.0.12:8000", gateways[1].url.removeprefix("http://")),
    ):
        assert given in written
        written = written.replace(given, here)
    file = folder / "haproxy.cfg"
    file.write_text(written)
    return file


async def load(url: str, tls: ssl.SSLContext, over: asyncio.Event) -> int:
    """Send one request after another over a kept connection; return how many were answered."""
    answered = 0
    async with httpx.AsyncClient(verify=tls, timeout=PATIENCE_S) as client:
        while not over.is_set():
            response = await client.post(f"{url}/graphql", json=QUERY)
            assert (response.status_code, "data" in response.json()) == (200, True), response.text
            answered += 1
            await asyncio.sleep(0.02)
    return answered


async def socket_closes_with(url: str, tls: ssl.SSLContext, opened: asyncio.Event) -> int:
    """Open a websocket, and return the code that it is closed with."""
    protocol = Subprotocol("graphql-transport-ws")
    async with connect(url.replace("https", "wss") + "/graphql", ssl=tls, subprotocols=[protocol]) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        opened.set()
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await socket.recv()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


async def test_a_gateway_that_drains_is_left_out_without_a_failed_request(tmp_path: Path) -> None:
    (tmp_path / "certificates").mkdir()
    _, tls = contexts_for("localhost", tmp_path / "certificates")
    port, over = free_port(), asyncio.Event()
    url = f"https://localhost:{port}"
    with (
        running_postgres(initialised(tmp_path / "postgres"), fsync="off") as cluster,
        running_redis(tmp_path / "redis", free_port()) as redis,
        running_gateway(tmp_path, DATABASE_URL=cluster.url, REDIS_URL=redis, **GATEWAY) as first,
        running_gateway(tmp_path, DATABASE_URL=cluster.url, REDIS_URL=redis, **GATEWAY) as second,
    ):
        file = configuration(tmp_path, port, first, second)
        run(["haproxy", "-c", "-f", file])
        with started(["haproxy", "-db", "-f", file], log=tmp_path / "haproxy.log"):
            eventually(lambda: httpx.get(f"{url}/health/ready", verify=tls).status_code == 200)
            loads = [asyncio.create_task(load(url, tls, over)) for _ in range(CLIENTS)]
            opened = [asyncio.Event() for _ in range(2)]
            sockets = [asyncio.create_task(socket_closes_with(url, tls, each)) for each in opened]
            for each in opened:
                await each.wait()

            code = await asyncio.to_thread(first.stop, signal.SIGTERM)
            await asyncio.sleep(1)

            over.set()
            answered = await asyncio.gather(*loads)
            for each in sockets:
                each.cancel()
            closed = await asyncio.gather(*sockets, return_exceptions=True)
            async with httpx.AsyncClient(verify=tls) as client:
                metrics = await client.get(f"{url}/metrics")

    assert code == 0
    assert min(answered) > 0
    assert set(map(type, closed)) <= {int, asyncio.CancelledError}
    assert {each for each in closed if isinstance(each, int)} <= {1012}
    assert metrics.status_code == 404
