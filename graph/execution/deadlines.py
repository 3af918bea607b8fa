"""Deadlines of operations: one timer for all of them, because a timer per operation costs more than running a plan.

All operations have the same time limit, so they are due in the order in which they started.
"""

import asyncio
from itertools import takewhile
from time import monotonic
from types import TracebackType
from typing import Any

LATE_S = 0.01
"""The shortest time between two checks, in seconds; an operation can end that long after its deadline."""


class Deadline:
    """A `with` block of the current task, which ends with TimeoutError after its deadline.

    It cancels the task, as `asyncio.timeout` does. A cancellation from elsewhere stays one, even if the deadline has
    passed too. A block that turns its cancellation into a result or another error ends with that. `running` holds the
    deadline until then.
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
        """Take back the cancellation by this deadline; raises TimeoutError if it was the only one."""
        if not self._is_overdue:
            del self._running[self]
        elif self._task.uncancel() <= self._cancellations and isinstance(error, asyncio.CancelledError):
            raise TimeoutError from error

    def expire(self) -> None:
        """Cancel the task."""
        self._is_overdue = True
        self._task.cancel()


class Deadlines:
    """The running operations of one event loop, with a time limit of `allowed_s` seconds each.

    The timer is set to the first deadline. Most operations end long before it, so the timer fires about once per
    time limit under load. It is not set again if nothing runs.
    """

    def __init__(self, allowed_s: float) -> None:
        self._allowed_s = allowed_s
        self._running: dict[Deadline, None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> Deadline:
        """Return a deadline for the current task, counted from now; raises RuntimeError outside of the loop's tasks."""
        if self._timer is None:
            self._loop = asyncio.get_running_loop()
            self._timer = self._loop.call_later(self._allowed_s, self._check)
        task = asyncio.current_task(
            self._loop
        )  # named, because finding the loop takes twice as long as the task
        if task is None:
            raise RuntimeError("a deadline needs a task of the event loop in which the other deadlines run")
        return Deadline(self._running, task, monotonic() + self._allowed_s)

    def _check(self) -> None:
        """End overdue operations, and set the timer to the next deadline."""
        now = monotonic()
        overdue = list(takewhile(lambda deadline: deadline.due <= now, self._running))
        for deadline in overdue:
            del self._running[deadline]
        first = next(iter(self._running), None)
        if first is None or self._loop is None:
            self._timer = None
        else:
            self._timer = self._loop.call_later(max(first.due - now, LATE_S), self._check)
        for deadline in overdue:
            deadline.expire()
