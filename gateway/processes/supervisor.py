"""Supervisor: uvicorn's, which keeps several workers on one listening socket, with our rules for replacing them."""

import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator

import structlog
import uvicorn
from uvicorn.supervisors.multiprocess import Multiprocess

from gateway.processes.worker import Serve, Worker

HUNG_S = 10.0
"""A worker whose event loop answers no ping for so long is replaced."""
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STABLE_S = 60.0
"""A worker that lived so long is replaced after the shortest pause."""
MOST_FAILED_STARTS = 5
"""So many starts in a row may fail while no worker serves; of the first workers none may."""
_MARGIN_S = 10.0
_CHECK_EVERY_S = 0.05
_MOST_ROLLS = 2
_ENDED_WELL = {0, -signal.SIGTERM}
"""The second is the exit code of a worker that was terminated before it served."""
_log = structlog.get_logger("gateway.processes.supervisor")


class WorkersFailedError(Exception):
    """Workers cannot start; `code` is the exit code of the last one that tried."""

    def __init__(self, code: int) -> None:
        super().__init__(f"A worker ended with exit code {code} before it was ready.")
        self.code = code


class Supervisor(Multiprocess):
    """Keeps so many workers alive; SIGHUP replaces them one by one, SIGINT and SIGTERM drain them.

    `drain_s` is how long a worker may drain. uvicorn's loop calls `handle_signals` and `keep_subprocess_alive` twice a
    second, and neither waits, so that no signal is late.
    """

    processes: list[Worker]  # type: ignore[assignment] # uvicorn's list, of our class
    handle_ttin = handle_ttou = None  # type: ignore[assignment] # the number of workers is set at the start

    def __init__(
        self,
        serve: Serve,
        listener: socket.socket,
        *,
        workers: int,
        drain_s: float,
        on_ready: Callable[[], None],
        hung_s: float = HUNG_S,
    ) -> None:
        super().__init__(uvicorn.Config("", workers=workers, log_config=None), [listener])
        self._serve = serve
        self._drain_s = drain_s + _MARGIN_S
        self._on_ready = on_ready
        self._hung_s = hung_s
        self._is_up = self._was_cut = False
        self._failed_starts = 0
        self._failure: int | None = None
        self._pause_s = SHORTEST_PAUSE_S
        self._retry_at = 0.0
        self._rolls: deque[Iterator[None]] = deque()

    def supervise(self) -> int:
        """Run until a signal; return 0 if every worker ended well, else 1. Raises WorkersFailedError."""
        try:
            self.run()
        finally:
            self.terminate_all()
            self.join_all()
        if self._failure is not None:
            raise WorkersFailedError(self._failure)
        return int(self._was_cut)

    def init_processes(self) -> None:
        """Start the first workers."""
        for _ in range(self.processes_num):
            self._start()

    def keep_subprocess_alive(self) -> None:
        """Replace what is dead or hung, report the first time that all workers serve, and go on with a roll."""
        if self.should_exit.is_set():
            return
        self._remove_dead()
        current = [worker for worker in self.processes if worker.leave_by is None]
        if any(worker.is_serving for worker in current):
            self._failed_starts = 0
        if not self._is_up and sum(worker.is_serving for worker in current) == self.processes_num:
            self._is_up = True
            self._on_ready()
        if len(current) < self.processes_num and time.monotonic() >= self._retry_at:
            self._start()
        if self._rolls:
            is_over = next(self._rolls[0], True)  # it yields None until then
            if is_over:
                self._rolls.popleft()

    def restart_all(self) -> None:
        """Begin a roll; one that is asked for during another follows it."""
        if len(self._rolls) < _MOST_ROLLS:
            self._rolls.append(self._roll())

    def terminate_all(self) -> None:
        """Ask every worker to drain, and close the supervisor's own copy of their listener.

        While it were open, connections could be made after the last worker closed its own, and nothing accepts them.
        """
        for listener in self.sockets:
            listener.close()
        for worker in self.processes:
            worker.drain(self._drain_s)

    def join_all(self) -> None:
        """Wait until every worker is gone; a second SIGINT or SIGTERM ends them at once."""
        last = list(self.processes)
        while self.processes:
            signals, self.signal_queue = self.signal_queue, []
            if signal.SIGINT in signals or signal.SIGTERM in signals:
                self.terminate_all()
            self._remove_dead()
            time.sleep(_CHECK_EVERY_S)
        self._was_cut |= any(worker.exitcode not in _ENDED_WELL for worker in last)

    def _start(self) -> Worker:
        worker = Worker(self.config, self.sockets, self._serve)
        worker.start()
        self.processes.append(worker)
        return worker

    def _roll(self) -> Iterator[None]:
        """Replace the workers one by one: the new one serves before the old one drains."""
        for old in list(self.processes):
            if old not in self.processes:  # it died, and has been replaced
                continue
            new = self._start()
            while new in self.processes and not new.is_serving:
                yield
            if new not in self.processes:
                _log.error("roll_given_up", pid=new.pid)
                return
            if old in self.processes:
                old.drain(self._drain_s)
            while old in self.processes:
                yield
        _log.info("rolled", workers=self.processes_num)

    def _remove_dead(self) -> None:
        """Remove the workers that have ended, and kill those that hang or drain for too long."""
        for worker in list(self.processes):
            if worker.is_alive(self._hung_s):
                continue
            if worker.process.is_alive():
                _log.error("worker_killed", pid=worker.pid)
            worker.kill()
            worker.join()
            self.processes.remove(worker)
            if worker.leave_by is None:
                self._note_failure(worker)

    def _note_failure(self, worker: Worker) -> None:
        """Start its successor later each time that a worker dies young, or give up."""
        now = time.monotonic()
        if now - worker.started_at > STABLE_S:
            self._pause_s = SHORTEST_PAUSE_S
        _log.error("worker_died", code=worker.exitcode, retry_s=self._pause_s)
        self._retry_at = now + self._pause_s
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        if not worker.is_serving:
            self._failed_starts += 1
        if not self._is_up or self._failed_starts >= MOST_FAILED_STARTS:
            self._failure = worker.exitcode or 1
            self.should_exit.set()
