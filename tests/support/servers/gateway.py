"""Servers as processes of their own: the gateway, started the way `make run` does, and other modules."""

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from tests.support.patience import PATIENCE_S

PLENTY = {
    f"QUESTPATH_RATE_{name}": "1000000"
    for name in (
        *("READS", "WRITES", "GENERATION", "COST", "COST_RESTORE", "LOGIN", "REGISTER", "RESET"),
        *("ADDRESS_READS", "ADDRESS_COST", "ADDRESS_COST_RESTORE", "PREPARATION"),
    )
} | {"QUESTPATH_SHED_WAIT_MS": "10000"}
"""Limits that no test reaches by accident, on a slow machine neither."""
ROOT = Path(__file__).parents[3]


class ServerProcess:
    """A server process that prints its lines on stdout; `url` is where it listens."""

    ready_word = "is ready on"
    """What it prints when it is ready."""

    def __init__(
        self,
        port: int,
        command: list[str],
        environment: dict[str, str],
        folder: Path,
        launcher: Sequence[str] = (sys.executable, "-m"),
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.lines: list[str] = []
        self._unread: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            [*launcher, *command],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | environment,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # a test may signal the whole process group, as a terminal does
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_ready(self) -> Self:
        while True:
            line = self._unread.get(timeout=PATIENCE_S)
            if self.ready_word in line:
                return self
            assert line != "", f"the server ended: {''.join(self.lines)}"

    def has_logged(self, word: str) -> bool:
        return any(word in line for line in self.lines)

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End the process with a signal, unless it has ended, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            self._unread.put(line)
        self._unread.put("")


class GatewayProcess(ServerProcess):
    """A gateway process."""

    def __init__(self, port: int, environment: dict[str, str], folder: Path, *arguments: str) -> None:
        super().__init__(
            port,
            ["gateway.cli", "serve", *arguments],
            {"QUESTPATH_PORT": str(port)} | PLENTY | environment,
            folder,
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(server: ServerProcess) -> Iterator[ServerProcess]:
    """Wait until a server is ready, and end it at the end of the block."""
    try:
        yield server.wait_ready()
    finally:
        server.stop(signal.SIGTERM)


@contextlib.contextmanager
def running_gateway(folder: Path, *arguments: str, **environment: str) -> Iterator[ServerProcess]:
    """Run a gateway until the end of the block."""
    with running(GatewayProcess(free_port(), environment, folder, *arguments)) as started:
        yield started
