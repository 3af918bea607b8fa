"""Scaled workers: as many processes of one kind as are wanted at the moment."""

import time
from collections.abc import Callable

import structlog

from gateway.processes.process_beside import ProcessBeside
from gateway.processes.worker import WorkerPipe

RESTART_S = 5.0
"""How many seconds pass after a worker died until another one is started."""
_log = structlog.get_logger("gateway.processes.scaled_workers")


class ScaledWorkers:
    """The worker processes of a supervisor; those that are too many drain, and those that die are replaced."""

    def __init__(self, run: Callable[[WorkerPipe], int], *, drain_s: float) -> None:
        self._run = run
        self._drain_s = drain_s
        self._serving: list[ProcessBeside] = []
        self._leaving: dict[ProcessBeside, float] = {}
        self._retry_at = 0.0

    @property
    def count(self) -> int:
        """How many processes run and are not asked to end."""
        return len(self._serving)

    def keep(self, wanted: int) -> None:
        """Start or end processes until so many run; forget those that have ended. Does not wait."""
        now = time.monotonic()
        self._remove_dead(now)
        while len(self._serving) < wanted and now >= self._retry_at:
            self._serving.append(ProcessBeside(self._run))
        while len(self._serving) > wanted:
            newest = self._serving.pop()
            newest.terminate()
            self._leaving[newest] = now + self._drain_s

    def stop(self) -> None:
        """Ask all to end; a second time ends their jobs at once."""
        for process in (*self._serving, *self._leaving):
            process.terminate()

    def end(self) -> None:
        """Wait until all have ended after `stop`."""
        for process in (*self._serving, *self._leaving):
            process.end(self._drain_s)
        self._serving.clear()
        self._leaving.clear()

    def _remove_dead(self, now: float) -> None:
        for process in [each for each in self._serving if each.exit_code is not None]:
            _log.warning("worker_died", pid=process.pid, exit_code=process.exit_code)
            self._serving.remove(process)
            process.end(0)
            self._retry_at = now + RESTART_S
        for process, leave_by in list(self._leaving.items()):
            if process.exit_code is not None or now >= leave_by:
                del self._leaving[process]
                process.end(0)
