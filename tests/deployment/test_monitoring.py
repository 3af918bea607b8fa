"""Monitoring: the files in deploy/ run Debian's Prometheus and Alertmanager, and an alert arrives as a mail."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from threading import Thread

import httpx
import pytest

from tests.deployment.clusters import initialised, running_postgres, running_redis
from tests.deployment.monitoring import (
    ALERTMANAGER,
    Server,
    running_alertmanager,
    running_blackbox_exporter,
    running_node_exporter,
    running_prometheus,
)
from tests.deployment.programs import eventually, run
from tests.support import monitoring_files
from tests.support.monitoring_files import (
    FROM_BACKUPS,
    FROM_BLACKBOX_EXPORTER,
    FROM_NODE_EXPORTER,
    FROM_PROMETHEUS,
    PROMETHEUS,
)
from tests.support.servers.gateway import ServerProcess, free_port, running, running_gateway
from tests.support.servers.smtp import Inbox, mail_server


class Worker(ServerProcess):
    """`questpath worker` with metrics."""

    ready_word = "runs jobs of"

    def __init__(self, port: int, folder: Path, environment: dict[str, str]) -> None:
        named = {"QUESTPATH_METRICS_PORT": str(port)} | environment
        super().__init__(port, ["gateway.cli", "worker"], named, folder)


@contextmanager
def public_address(folder: Path) -> Iterator[tuple[str, Path]]:
    """Answer over TLS like a proxy before the gateway; yield the address, and the certificate that signs itself."""
    certificate = folder / "certificate.pem"
    subject = "-nodes -days 5 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", str(folder / "key.pem")]
    run(["openssl", "req", "-x509", *key, "-out", str(certificate), *subject.split()])
    server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}/", certificate
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    "command",
    [
        ["promtool", "check", "config", PROMETHEUS / "prometheus.yml"],
        ["promtool", "test", "rules", *sorted((PROMETHEUS / "tests").glob("*.yml"))],
        ["amtool", "check-config", ALERTMANAGER / "alertmanager.yml"],
        ["prometheus-blackbox-exporter", "--config.check", f"--config.file={PROMETHEUS / 'blackbox.yml'}"],
    ],
    ids=lambda command: " ".join(map(str, command[:2])),
)
def test_the_programs_accept_their_files(command: list[str | Path]) -> None:
    run(command)


def firing(prometheus: Server) -> set[str]:
    alerts = prometheus.get("/api/v1/alerts")["data"]["alerts"]
    return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}


def subjects(inbox: Inbox) -> list[str]:
    return [str(mail["subject"]) for mail in inbox.arrived]


async def test_a_worker_that_ends_is_an_alert_that_arrives_as_a_mail(tmp_path: Path) -> None:
    async with mail_server() as inbox:
        await asyncio.to_thread(stop_a_worker, tmp_path, inbox)

    mail = next(mail for mail in inbox.arrived if mail["subject"] == "[CRITICAL] ProcessDown")
    text = str(mail.get_payload(decode=True), "utf-8") if not mail.is_multipart() else str(mail)
    assert "The worker 127.0.0.1:" in text
    assert "on-call@example.org" in inbox.recipients


def stop_a_worker(folder: Path, inbox: Inbox) -> None:
    """Watch a gateway and a worker with everything in deploy/; end the worker, and wait for the mail."""
    ports = {"gateway": free_port(), "worker": free_port()}
    with (
        running_postgres(initialised(folder / "postgres"), fsync="off") as cluster,
        running_redis(folder / "redis", free_port()) as redis,
        running_gateway(
            folder, DATABASE_URL=cluster.url, REDIS_URL=redis, QUESTPATH_METRICS_PORT=str(ports["gateway"])
        ) as gateway,
        running(Worker(ports["worker"], folder, {"DATABASE_URL": cluster.url, "REDIS_URL": redis})) as worker,
        public_address(folder) as (public, certificate),
        running_node_exporter(folder) as node,
        running_blackbox_exporter(folder, certificate) as blackbox,
        running_alertmanager(folder, inbox.port) as alertmanager,
        running_prometheus(
            folder,
            {
                "questpath": [
                    {"targets": [f"127.0.0.1:{port}"], "labels": {"role": role}}
                    for role, port in ports.items()
                ],
                "node": [{"targets": [node.address]}],
                "alertmanager": [{"targets": [alertmanager.address]}],
                "public": [
                    {
                        "targets": [blackbox.address],
                        "labels": {
                            "__param_target": public,
                            "__param_module": "https",
                            "instance": "localhost",
                        },
                    }
                ],
            },
        ) as prometheus,
    ):
        httpx.post(f"{gateway.url}/graphql", json={"query": "query Boards { users { nodes { id } } }"})
        read = monitoring_files.named_series() & (
            FROM_NODE_EXPORTER | FROM_BLACKBOX_EXPORTER | FROM_PROMETHEUS
        )
        eventually(lambda: read <= set(prometheus.get("/api/v1/label/__name__/values")["data"]))
        eventually(lambda: {rule["health"] for rule in _rules(prometheus)} == {"ok"})
        eventually(
            lambda: "CertificateExpires" in firing(prometheus)
        )  # that of the test is valid for five days
        assert not firing(prometheus) & {"ProcessDown", "PublicAddressDown", "PostgresDown", "RedisDown"}
        assert FROM_BACKUPS.isdisjoint(prometheus.get("/api/v1/label/__name__/values")["data"])

        worker.stop()

        eventually(lambda: "ProcessDown" in firing(prometheus))
        eventually(lambda: "[CRITICAL] ProcessDown" in subjects(inbox))
        assert "[WARNING] CertificateExpires" in subjects(inbox)


def _rules(prometheus: Server) -> list[dict[str, str]]:
    groups = prometheus.get("/api/v1/rules")["data"]["groups"]
    return [rule for group in groups for rule in group["rules"]]
