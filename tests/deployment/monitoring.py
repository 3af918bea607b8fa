"""Prometheus, Alertmanager and exporters of Debian, with the files of deploy/ and the addresses of a test."""

import contextlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.deployment.programs import eventually, started
from tests.support.monitoring_files import PROMETHEUS
from tests.support.servers.gateway import free_port

ALERTMANAGER = PROMETHEUS.parent / "alertmanager"


@dataclass(frozen=True)
class Server:
    """A server of the test with an HTTP interface."""

    port: int

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def get(self, path: str, **query: str) -> Any:
        return httpx.get(f"http://{self.address}{path}", params=query, timeout=10).raise_for_status().json()

    def is_ready(self, path: str = "/-/ready") -> bool:
        return httpx.get(f"http://{self.address}{path}", timeout=10).is_success


@contextlib.contextmanager
def running_node_exporter(folder: Path) -> Iterator[Server]:
    server = Server(free_port())
    command = ["prometheus-node-exporter", f"--web.listen-address={server.address}"]
    with started(command, log=folder / "node.log"):
        eventually(lambda: server.is_ready("/metrics"))
        yield server


@contextlib.contextmanager
def running_blackbox_exporter(folder: Path, authority: Path) -> Iterator[Server]:
    """Run it with deploy/prometheus/blackbox.yml; it trusts the certificates of the test's authority alone."""
    server = Server(free_port())
    command = [
        "prometheus-blackbox-exporter",
        f"--config.file={PROMETHEUS / 'blackbox.yml'}",
        f"--web.listen-address={server.address}",
    ]
    with started(command, log=folder / "blackbox.log", environment={"SSL_CERT_FILE": str(authority)}):
        eventually(lambda: server.is_ready("/metrics"))
        yield server


@contextlib.contextmanager
def running_alertmanager(folder: Path, mail_port: int) -> Iterator[Server]:
    """Run it with deploy/alertmanager: another mail server, without TLS, and no waiting for more alerts."""
    server = Server(free_port())
    copy = folder / "alertmanager"
    shutil.copytree(ALERTMANAGER, copy)
    config = (copy / "alertmanager.yml").read_text("utf-8")
    config = config.replace("mail.example.org:587", f"127.0.0.1:{mail_port}")
    config = config.replace("smtp_require_tls: true", "smtp_require_tls: false")
    config = re.sub(r"(group_wait|group_interval): \w+", r"\1: 1s", config)
    (copy / "alertmanager.yml").write_text(config, "utf-8")
    command = [
        "prometheus-alertmanager",
        f"--config.file={copy / 'alertmanager.yml'}",
        f"--storage.path={copy / 'data'}",
        f"--web.listen-address={server.address}",
        "--cluster.listen-address=",
    ]
    with started(command, log=folder / "alertmanager.log"):
        eventually(server.is_ready)
        yield server


@contextlib.contextmanager
def running_prometheus(folder: Path, targets: dict[str, list[dict[str, Any]]]) -> Iterator[Server]:
    """Run it with deploy/prometheus: other targets, a look every second, and alerts that do not wait."""
    server = Server(free_port())
    copy = folder / "prometheus"
    shutil.copytree(PROMETHEUS, copy)
    assert {path.stem for path in (copy / "targets").iterdir()} == targets.keys()
    for name, groups in targets.items():
        (copy / "targets" / f"{name}.yml").write_text(yaml.safe_dump(groups), "utf-8")
    for name, pattern, replaced in (
        ("prometheus.yml", r"(scrape_interval|evaluation_interval): \w+", r"\1: 1s"),
        ("alerts.yml", r"\n +for: \w+", ""),
    ):
        path = copy / name
        path.write_text(re.sub(pattern, replaced, path.read_text("utf-8")), "utf-8")
    command = [
        "prometheus",
        f"--config.file={copy / 'prometheus.yml'}",
        f"--storage.tsdb.path={copy / 'data'}",
        f"--web.listen-address={server.address}",
    ]
    with started(command, log=folder / "prometheus.log"):
        eventually(server.is_ready)
        yield server
