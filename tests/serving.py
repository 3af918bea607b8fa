"""The gateway as a process of its own, started the way `make run` does."""

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

READY_WAIT_S = 60
PLENTY = {
    f"QUESTPATH_RATE_{name}": "1000000"
    for name in ("READS", "WRITES", "GENERATION", "COST", "COST_RESTORE", "LOGIN", "REGISTER", "RESET")
}
"""Rate limits that no test runs into by accident."""
ROOT = Path(__file__).parent.parent


class Served:
    """A gateway process; `url` is where it listens."""

    def __init__(self, port: int, environment: dict[str, str], folder: Path, *arguments: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.lines: list[str] = []
        self._said: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli", "serve", *arguments],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "QUESTPATH_PORT": str(port)}
            | PLENTY
            | environment,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_ready(self) -> "Served":
        while True:
            line = self._said.get(timeout=READY_WAIT_S)
            if "is ready on" in line:
                return self
            assert line != "", f"the gateway ended: {''.join(self.lines)}"

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End the process with a signal and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(30)
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            self._said.put(line)
        self._said.put("")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(folder: Path, *arguments: str, **environment: str) -> Iterator[Served]:
    """Run a gateway until the end of the block."""
    running = Served(free_port(), environment, folder, *arguments)
    try:
        yield running.wait_ready()
    finally:
        if running.process.poll() is None:
            running.stop(signal.SIGTERM)
