"""Two machines as the guide sets them up: the units' commands, nginx with TLS before them, and renewals without a failure.

The gateways, the worker, nginx, Postgres and Redis run for the whole module.
"""

import json
import shutil
import signal
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.deployment.certificates import Authority, authority
from tests.deployment.clusters import initialised, running_postgres, running_redis
from tests.deployment.guides import made_database
from tests.deployment.machines import Machine, machine
from tests.deployment.programs import end, eventually, run
from tests.deployment.proxies import NAME, Proxy, Stream, running_proxy, trusting_anything
from tests.support.installations import Installation, installed
from tests.support.patience import PATIENCE_S
from tests.support.servers.gateway import free_port
from tests.support.servers.supervised import worker_ids

pytestmark = pytest.mark.timeout(600)
BOARD = "subscription { leaderboardChanged(first: 3) { __typename } }"
READY, WORKS = "is ready on", "runs jobs of"


@dataclass
class Site:
    """What runs."""

    machines: list[Machine]
    gateways: list[Popen[bytes]]
    worker: Popen[bytes]
    proxy: Proxy
    authority: Authority
    stack: ExitStack

    @property
    def context(self) -> ssl.SSLContext:
        return self.authority.client()

    def start(self, number: int) -> None:
        """Run the unit of a gateway."""
        self.gateways[number] = self.stack.enter_context(self.machines[number].running("questpath", READY))

    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.proxy.port}",
            verify=self.context,
            headers={"host": NAME},
            timeout=PATIENCE_S,
        )


JSON = {"content-type": "application/json"}
SNI = {"sni_hostname": NAME}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return installed(tmp_path_factory.mktemp("installation"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, installation: Installation) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    trusted = authority()
    trusted.issue(NAME, folder / "nginx" / "live", days=30)
    with ExitStack() as stack:
        cluster = stack.enter_context(running_postgres(initialised(folder / "postgres"), fsync="off"))
        url = made_database(cluster)
        redis = stack.enter_context(running_redis(folder / "redis", free_port()))
        machines = [
            machine(folder / name, installation, database_url=url, redis_url=redis)
            for name in ("first", "second")
        ]
        ports = [each.port for each in machines]
        proxy = stack.enter_context(running_proxy(folder / "nginx", ports))
        gateways = [stack.enter_context(each.running("questpath", READY)) for each in machines]
        worker = stack.enter_context(machines[0].running("questpath-worker", WORKS))
        yield Site(machines, gateways, worker, proxy, trusted, stack)


def test_a_request_goes_through_nginx_over_tls(site: Site) -> None:
    with site.client() as client:
        answer = client.post("/graphql", json={"query": "{ leaderboard { total } }"}, extensions=SNI)
        metrics = client.get("/metrics", extensions=SNI)
        too_large = client.post("/graphql", content=b" " * 1_500_000, headers=JSON, extensions=SNI)
    plain, page = (
        httpx.get(f"http://127.0.0.1:{site.proxy.plain_port}/{path}") for path in ("graphql", "media/one")
    )

    assert answer.json() == {"data": {"leaderboard": {"total": 0}}}
    assert answer.headers["strict-transport-security"]
    assert plain.status_code == 403
    assert (page.status_code, page.headers["location"]) == (301, f"https://{NAME}/media/one")
    assert metrics.status_code == 404
    assert too_large.json()["errors"][0]["extensions"]["code"] == "PAYLOAD_TOO_LARGE"


def test_nginx_speaks_http_2_and_knows_no_other_name(site: Site, tmp_path: Path) -> None:
    to = [
        "--resolve",
        f"{NAME}:{site.proxy.port}:127.0.0.1",
        "--insecure",
        "--silent",
        "--output",
        "/dev/null",
    ]
    version = run(
        ["curl", *to, "--write-out", "%{http_version}", f"https://{NAME}:{site.proxy.port}/health/ready"]
    )

    with pytest.raises(AssertionError, match="curl ended with 35"):
        run(["curl", "--insecure", "--silent", f"https://localhost:{site.proxy.port}/health/ready"])
    assert version == "2"


def test_commands_run_with_the_settings_of_the_units(site: Site) -> None:
    printed = site.machines[0].command("settings", "check")

    assert printed == "The settings are right, for production.\n"


async def test_a_websocket_goes_through_nginx(site: Site) -> None:
    async with connect(
        f"wss://{NAME}:{site.proxy.port}/graphql",
        host="127.0.0.1",
        port=site.proxy.port,
        ssl=site.context,
        subprotocols=[Subprotocol("graphql-transport-ws")],
    ) as socket:
        await socket.send('{"type": "connection_init"}')
        acknowledged = json.loads(await socket.recv())
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": BOARD}}))
        event = json.loads(await socket.recv())

    assert acknowledged["type"] == "connection_ack"
    assert event["payload"]["data"]["leaderboardChanged"]["__typename"] == "LeaderboardSnapshot"


def test_an_event_stream_is_not_held_back_by_nginx(site: Site) -> None:
    accept = {"accept": "text/event-stream"}
    with (
        site.client() as client,
        client.stream("POST", "/graphql", json={"query": BOARD}, headers=accept, extensions=SNI) as response,
    ):
        received = ""
        for piece in response.iter_text():
            received += piece
            if "LeaderboardSnapshot" in received:
                break

    assert response.headers["content-type"].startswith("text/event-stream")
    assert "event: next" in received


def test_reloading_a_unit_runs_the_next_release_and_no_request_fails(
    site: Site, installation: Installation
) -> None:
    host, gateway = site.machines[0], site.gateways[0]
    release = a_release_after(installation)
    before, keys = worker_ids(gateway.pid), keys_of(host)
    (host.folder / "etc" / "secrets" / "secret").write_text("y8" * 20)

    with Stream(site.proxy.port, site.context).flowing() as stream:
        host.use(release)
        gateway.send_signal(signal.SIGHUP)
        eventually(lambda: '"rolled"' in (host.folder / "questpath.log").read_text())

    assert (stream.failures, stream.sent > 10) == ([], True)
    assert not set(before) & set(worker_ids(gateway.pid))
    assert version_of(host) == "9.9.9"
    assert keys_of(host).isdisjoint(keys)


def test_gateways_are_replaced_one_after_another_and_no_request_fails(site: Site) -> None:
    with Stream(site.proxy.port, site.context).flowing() as stream:
        codes = []
        for number in range(2):
            codes.append(end(site.gateways[number]))
            site.start(number)

    assert (stream.failures, stream.sent > 10) == ([], True)
    assert codes == [0, 0]


def test_an_expired_certificate_is_refused_and_its_renewal_taken_without_a_failed_request(
    site: Site,
) -> None:
    site.authority.issue(NAME, site.proxy.certificates, days=-1)
    site.proxy.reload()
    eventually(lambda: "expired" in asked(site))

    with Stream(site.proxy.port, trusting_anything()).flowing() as stream:
        eventually(lambda: stream.sent > 10)
        site.authority.issue(NAME, site.proxy.certificates, days=30)
        site.proxy.reload()
        eventually(lambda: asked(site) == "")
        renewed_at = stream.sent
        eventually(lambda: stream.sent > renewed_at + 10)

    assert stream.failures == []


def test_the_units_stop_with_exit_code_0_before_systemd_would_kill_them(site: Site) -> None:
    for process, name in ((site.worker, "questpath-worker"), (site.gateways[0], "questpath")):
        since = time.monotonic()

        code = end(process)

        took_s = time.monotonic() - since
        assert code == 0
        assert took_s < float(site.machines[0].unit(name).one("TimeoutStopSec"))


def a_release_after(installation: Installation) -> Path:
    """Copy the installation as another release, whose version is 9.9.9."""
    release = shutil.copytree(installation.folder, installation.folder.with_name("next"), symlinks=True)
    (metadata,) = release.glob("lib/python*/site-packages/questpath-*.dist-info/METADATA")
    lines = metadata.read_text("utf-8").splitlines()
    metadata.write_text(
        "\n".join("Version: 9.9.9" if line.startswith("Version: ") else line for line in lines)
    )
    return release


def asked(site: Site) -> str:
    """Send one request that looks at the certificate; return what went wrong, or nothing."""
    with httpx.Client(verify=site.context, timeout=PATIENCE_S) as client:
        try:
            client.get(
                f"https://127.0.0.1:{site.proxy.port}/health/live", headers={"host": NAME}, extensions=SNI
            )
        except httpx.ConnectError as error:
            return str(error)
    return ""


def version_of(host: Machine) -> str:
    version: str = httpx.get(f"{host.url}/health").json()["version"]
    return version


def keys_of(host: Machine) -> set[str]:
    """Return the ids of the keys that a gateway signs with, which follow from its secret."""
    answer = httpx.get(f"{host.url}/.well-known/jwks.json", headers={"host": NAME})
    return {key["kid"] for key in answer.json()["keys"]}
