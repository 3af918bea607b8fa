"""Redis with sentinels, and a Redis cluster, of Debian's servers."""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.deployment.programs import eventually, run, started
from tests.support.servers.gateway import free_port

SERVICE = "questpath"
PASSWORD = "of-this-test"
_SENTINEL = """
port {port}
bind 127.0.0.1
dir {folder}
sentinel monitor {service} 127.0.0.1 {primary} 2
sentinel auth-pass {service} {password}
sentinel down-after-milliseconds {service} 1000
sentinel failover-timeout {service} 5000
"""


@dataclass(frozen=True)
class Watched:
    """A primary and its replica, watched by three sentinels."""

    primary: "subprocess.Popen[bytes]"
    replica_port: int
    sentinel_ports: list[int]

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.sentinel_ports)
        return f"redis+sentinel://:{PASSWORD}@{hosts}/{SERVICE}/0"


@contextlib.contextmanager
def redis_process(folder: Path, port: int, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a Redis as a process that a test may kill."""
    folder.mkdir(parents=True)
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), *options]
    with started(command, log=folder / "redis.log") as process:
        eventually(lambda: "PONG" in ask(port, "ping"))
        yield process


@contextlib.contextmanager
def running_sentinels(folder: Path) -> Iterator[Watched]:
    """Run a primary, a replica and three sentinels until the end of the block."""
    primary, replica = free_port(), free_port()
    password = ("--requirepass", PASSWORD, "--masterauth", PASSWORD)
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(redis_process(folder / "primary", primary, *password))
        follow = ("--replicaof", f"127.0.0.1 {primary}")
        stack.enter_context(redis_process(folder / "replica", replica, *password, *follow))
        ports = [free_port() for _ in range(3)]
        for port in ports:
            place = folder / f"sentinel-{port}"
            place.mkdir()
            file = place / "sentinel.conf"
            file.write_text(
                _SENTINEL.format(port=port, folder=place, service=SERVICE, primary=primary, password=PASSWORD)
            )
            stack.enter_context(started(["redis-sentinel", file], log=place / "sentinel.log"))
        for port in ports:
            eventually(lambda port=port: _knows_all(port))
        yield Watched(process, replica, ports)


def _knows_all(port: int) -> bool:
    """Tell whether a sentinel knows the replica and the other sentinels."""
    lines = run(["redis-cli", "-p", str(port), "sentinel", "master", SERVICE]).split()
    state = dict(zip(lines[::2], lines[1::2], strict=False))
    return (state["num-slaves"], state["num-other-sentinels"], state["flags"]) == ("1", "2", "master")


@dataclass(frozen=True)
class Nodes:
    """A cluster of three nodes, each with a third of the slots."""

    processes: "list[subprocess.Popen[bytes]]"
    ports: list[int]

    @property
    def url(self) -> str:
        return f"redis+cluster://:{PASSWORD}@{','.join(f'127.0.0.1:{port}' for port in self.ports)}"


@contextlib.contextmanager
def running_nodes(folder: Path) -> Iterator[Nodes]:
    """Run a cluster until the end of the block."""
    ports = [free_port() for _ in range(3)]
    options = ("--requirepass", PASSWORD, "--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1")
    with contextlib.ExitStack() as stack:
        processes = [
            stack.enter_context(
                redis_process(folder / str(port), port, *options, "--cluster-port", str(free_port()))
            )
            for port in ports
        ]
        nodes = [f"127.0.0.1:{port}" for port in ports]
        ask(ports[0], "--cluster", "create", *nodes, "--cluster-replicas", "0", "--cluster-yes")
        for port in ports:
            eventually(lambda port=port: "cluster_state:ok" in ask(port, "cluster", "info"))
        yield Nodes(processes, ports)


def ask(port: int, *command: str) -> str:
    """Run a command on a Redis of a test."""
    return run(["redis-cli", "--no-auth-warning", "-a", PASSWORD, "-p", str(port), *command])


def subscribers(port: int) -> int:
    """Return how many clients hear signals by this Redis."""
    return int(ask(port, "pubsub", "numsub", "questpath:1:signals").split()[-1])
