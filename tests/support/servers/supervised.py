"""A supervisor as a process of its own, with workers that serve a small application in place of the gateway."""

import asyncio
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from gateway.connections import listeners
from gateway.processes import supervisor
from gateway.processes.worker import WorkerPipe
from tests.support.servers.gateway import ServerProcess, free_port

BROKEN = 3
"""The exit code of a worker that finds the file `broken` in its folder when it starts."""
HUNG_S = 2.0


class SupervisedServer(ServerProcess):
    """Workers that answer with their process id.

    The path `/block` blocks a worker's event loop, `/stubborn` makes it ignore SIGTERM. While the folder holds a file
    `broken`, a worker ends with the code BROKEN as soon as it is started.
    """

    def __init__(self, folder: Path, *, workers: int = 2) -> None:
        self.port = free_port()
        self._broken = folder / "broken"
        command = ["tests.support.servers.supervised", str(self.port), str(workers)]
        super().__init__(self.port, command, {}, folder)

    def break_starts(self) -> None:
        self._broken.touch()

    def repair_starts(self) -> None:
        self._broken.unlink()

    def workers(self) -> list[int]:
        return worker_ids(self.process.pid)

    def ask(self, path: str, timeout: float = 5.0) -> str:
        """Return what a worker answers, or nothing where its connection ends or it does not answer in time."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout) as connection:
            connection.sendall(path.encode() + b"\n")
            return connection.recv(100).decode()
        return ""


def worker_ids(supervisor_id: int) -> list[int]:
    """Return the process ids of a supervisor's workers; multiprocessing's resource tracker is none."""
    children = Path(f"/proc/{supervisor_id}/task/{supervisor_id}/children").read_text().split()
    return [int(child) for child in children if b"resource_tracker" not in _command_line(child)]


def _command_line(process_id: str) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{process_id}/cmdline").read_bytes()
    return b""


def work(listener: socket.socket, pipe: WorkerPipe) -> int:
    """Serve in a worker process until SIGTERM."""
    return BROKEN if Path("broken").exists() else asyncio.run(_serve(listener, pipe))


async def _serve(listener: socket.socket, pipe: WorkerPipe) -> int:
    loop = asyncio.get_running_loop()
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _end_or_abort, ending)
    with pipe.watched():
        server = await asyncio.start_server(_answer, sock=listener)
        pipe.report_ready()
        await ending.wait()
        print("draining", flush=True)  # noqa: T201 - a test reads it
        await asyncio.sleep(1)
        server.close()
    return 0


def _end_or_abort(ending: asyncio.Event) -> None:
    """End, at the second signal with exit code 1, as the gateway does."""
    if ending.is_set():
        os._exit(1)
    ending.set()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    match (await reader.readline()).strip():
        case b"/block":
            time.sleep(600)  # noqa: ASYNC251 - as a loop without an await does
        case b"/stubborn":
            asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
    writer.write(str(os.getpid()).encode())
    writer.close()


def main(port: int, workers: int) -> int:
    """Run the supervisor, with short pauses."""
    supervisor.SHORTEST_PAUSE_S, supervisor.LONGEST_PAUSE_S, supervisor._MARGIN_S = 0.1, 0.5, 1.0
    with listeners.listen("127.0.0.1", port) as listener:
        listener.listen()
        started = supervisor.Supervisor(
            work,
            listener,
            workers=workers,
            drain_s=1.5,
            on_ready=lambda: print(f"is ready on {port}", flush=True),  # noqa: T201 - a test reads it
            hung_s=HUNG_S,
        )
        try:
            return started.supervise()
        except supervisor.WorkersFailedError as error:
            print(error)  # noqa: T201 - a test reads it
            return error.code


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
