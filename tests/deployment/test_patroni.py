"""Patroni's own check of our example."""

import socket
from pathlib import Path

from tests.deployment.programs import run
from tests.support.servers.gateway import ROOT

CONFIGURATION = ROOT / "deploy" / "patroni" / "patroni.yml"
HERE = "127.0.0.2"
"""Patroni refuses 127.0.0.1 for what other machines connect to."""


def test_patroni_accepts_the_example(tmp_path: Path) -> None:
    with socket.create_server((HERE, 0)) as etcd:
        written = CONFIGURATION.read_text("utf-8")
        for given, here in (
            *((f"10.0.0.{number}:2379", f"{HERE}:{etcd.getsockname()[1]}") for number in (31, 32, 33)),
            ("10.0.0.21", HERE),
            ("/var/lib/postgresql/15/main", str(tmp_path / "data")),
        ):
            assert given in written
            written = written.replace(given, here)
        file = tmp_path / "patroni.yml"
        file.write_text(written)

        assert run(["patroni", "--validate-config", file]) == ""
