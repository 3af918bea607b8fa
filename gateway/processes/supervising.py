"""Supervising: several worker processes on one listening socket, replaced when they die and, on SIGHUP, one by one."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

START_S = 60.0
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STABLE_S = 60.0
"""A worker that lived so long starts again without a longer pause."""
_MARGIN_S = 10.0
_ENDED_WELL = {0, -signal.SIGTERM}
"""The second is that of a worker which was told to end before it served."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_log = structlog.get_logger("gateway.processes.supervising")


class WorkersFailedError(Exception):
    """No worker ever became ready; `code` is the exit code of the first."""

    def __init__(self, code: int) -> None:
        super().__init__(f"A worker ended with exit code {code} before it was ready.")
        self.code = code


@dataclass(slots=True)
class Worker:
    """A worker process; `post` tells when it is ready, and the worker when the supervisor is gone."""

    process: asyncio.subprocess.Process
    post: socket.socket
    began: float

    async def is_ready(self) -> bool:
        """Wait until it serves; False where it ends before, or takes too long."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(START_S):
                return await loop.sock_recv(self.post, 1) != b""
        except (TimeoutError, OSError):
            return False

    async def end(self, patience_s: float) -> int:
        """Let it drain, kill it where it does not end in time, and return its exit code."""
        if self.process.returncode is None:
            self.process.terminate()
        try:
            async with asyncio.timeout(patience_s):
                code = await self.process.wait()
        except TimeoutError:
            _log.error("worker_killed", pid=self.process.pid)
            self.process.kill()
            code = await self.process.wait()
        self.post.close()
        return code


class Supervisor:
    """Keeps so many workers of `command` alive, which is given the descriptors of the listener and of its post.

    `patience_s` is how long a worker may drain. The listener is inherited, so that a connection which waits to be
    taken is taken by another worker when one ends.
    """

    def __init__(
        self,
        command: Callable[[int, int], Sequence[str]],
        listener: socket.socket,
        *,
        workers: int,
        patience_s: float,
        environment: dict[str, str],
        on_ready: Callable[[], None],
    ) -> None:
        self._command = command
        self._listener = listener
        self._places: list[Worker | None] = [None] * workers
        self._patience_s = patience_s + _MARGIN_S
        self._environment = environment
        self._on_ready = on_ready
        self._ending = asyncio.Event()
        self._rolling = asyncio.Lock()

    async def run(self) -> int:
        """Run until a signal; return 0 where every worker ended well, else 1. Raises WorkersFailedError."""
        loop = asyncio.get_running_loop()
        rolls: set[asyncio.Task[None]] = set()

        def roll() -> None:
            task = loop.create_task(self.roll())
            rolls.add(task)
            task.add_done_callback(rolls.discard)

        for number in _SIGNALS:
            loop.add_signal_handler(number, self.end)
        loop.add_signal_handler(signal.SIGHUP, roll)
        try:
            await self._start()
            self._on_ready()
            keepers = [loop.create_task(self._keep(place)) for place in range(len(self._places))]
            await self._ending.wait()
            for task in (*keepers, *rolls):
                task.cancel()
            await asyncio.gather(*keepers, *rolls, return_exceptions=True)
        finally:
            codes = await asyncio.gather(*[worker.end(self._patience_s) for worker in self._workers])
        return int(any(code not in _ENDED_WELL for code in codes))

    def end(self) -> None:
        """End all workers; a second time at once, as they do themselves."""
        if self._ending.is_set():
            for worker in self._workers:
                if worker.process.returncode is None:
                    worker.process.terminate()
        self._ending.set()

    async def roll(self) -> None:
        """Replace the workers one by one: the new one serves before the old one drains."""
        async with self._rolling:
            for place in range(len(self._places)):
                new = await self._spawned()
                if not await new.is_ready():
                    _log.error("roll_given_up", pid=new.process.pid)
                    await new.end(0)
                    return
                old, self._places[place] = self._places[place], new
                if old is not None:
                    await old.end(self._patience_s)
            _log.info("rolled", workers=len(self._places))

    @property
    def _workers(self) -> list[Worker]:
        return [worker for worker in self._places if worker is not None]

    async def _start(self) -> None:
        for place in range(len(self._places)):
            self._places[place] = await self._spawned()
        ready = await asyncio.gather(*[worker.is_ready() for worker in self._workers])
        for worker, is_ready in zip(self._workers, ready, strict=True):
            if not is_ready:
                raise WorkersFailedError(await worker.end(self._patience_s))

    async def _keep(self, place: int) -> None:
        """Start a worker again whenever the one in this place dies by itself, later each time that it dies young."""
        pause_s = SHORTEST_PAUSE_S
        loop = asyncio.get_running_loop()
        while True:
            worker = self._places[place]
            if worker is not None:
                await worker.process.wait()
            if worker is not self._places[place]:
                continue  # it was replaced
            if worker is not None:
                pause_s = SHORTEST_PAUSE_S if loop.time() - worker.began > STABLE_S else pause_s
                _log.error("worker_died", code=worker.process.returncode, retry_s=pause_s)
                worker.post.close()
                self._places[place] = None
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            async with self._rolling:
                if self._places[place] is None:
                    self._places[place] = await self._spawned()

    async def _spawned(self) -> Worker:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        listener = self._listener.fileno()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._command(listener, theirs.fileno()),
                pass_fds=(listener, theirs.fileno()),
                env=self._environment,
                start_new_session=True,  # a Ctrl-C in the terminal is for the supervisor, who tells the workers
            )
        return Worker(process, ours, asyncio.get_running_loop().time())
