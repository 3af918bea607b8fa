"""Deadlines of operations: one timer for all that run, because one for each costs more than all else around a plan.

Every operation may take equally long, so that they are due in the order in which they started.
"""

import asyncio
from itertools import takewhile
from time import monotonic
from types import TracebackType
from typing import Any

LATE_S = 0.01
"""How many seconds pass between two looks at least: an operation may be ended that much after its deadline."""


class Deadline:
    """A `with` block of the current task, which ends with TimeoutError where it is not left in time.

    The task is cancelled, as by `asyncio.timeout`: a cancellation from elsewhere stays one, even if the deadline
    passed as well, and a block that makes a result or another error of its cancellation ends with that.
    `running` is where it stands until then.
    """

    __slots__ = ("_cancellations", "_is_overdue", "_running", "_task", "due")

    def __init__(self, running: "dict[Deadline, None]", task: "asyncio.Task[Any]", due: float) -> None:
        self.due = due
        self._running = running
        self._task = task
        self._cancellations = 0
        self._is_overdue = False

    def __enter__(self) -> None:
        self._cancellations = self._task.cancelling()
        self._running[self] = None

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Take the cancellation back if it was ours; raises TimeoutError if it was the only one."""
        if not self._is_overdue:
            del self._running[self]
        elif self._task.uncancel() <= self._cancellations and isinstance(error, asyncio.CancelledError):
            raise TimeoutError from error

    def expire(self) -> None:
        """Cancel the task."""
        self._is_overdue = True
        self._task.cancel()


class Deadlines:
    """The operations of one event loop that run now; each may take `allowed_s` seconds.

    The timer is set to the first deadline. The usual operation is gone long before it, so that under load the timer
    goes off once in that time, and it is not set again where nothing runs.
    """

    def __init__(self, allowed_s: float) -> None:
        self._allowed_s = allowed_s
        self._running: dict[Deadline, None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    def one(self) -> Deadline:
        """Return a deadline that counts from now, for the current task; RuntimeError outside of a task of the loop."""
        if self._timer is None:
            self._loop = asyncio.get_running_loop()
            self._timer = self._loop.call_later(self._allowed_s, self._look)
        task = asyncio.current_task(
            self._loop
        )  # named, because finding the loop takes twice as long as the task
        if task is None:
            raise RuntimeError("a deadline is kept by a task of the event loop that keeps the others")
        return Deadline(self._running, task, monotonic() + self._allowed_s)

    def _look(self) -> None:
        """End what is overdue, and look again when the next is."""
        now = monotonic()
        overdue = list(takewhile(lambda deadline: deadline.due <= now, self._running))
        for deadline in overdue:
            del self._running[deadline]
        first = next(iter(self._running), None)
        if first is None or self._loop is None:
            self._timer = None
        else:
            self._timer = self._loop.call_later(max(first.due - now, LATE_S), self._look)
        for deadline in overdue:
            deadline.expire()
