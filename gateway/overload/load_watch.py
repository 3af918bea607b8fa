"""Load watch: measures twenty times a second how long ready work waits in this process."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from gateway.overload.admission import TICK_S, Admission
from persistence.connection_lender import Lender

_log = structlog.get_logger("gateway.overload")


class LoadWatch:
    """Tells an admission how long a turn of the event loop takes, or how long `find_wait_s` says that work waits.

    A callback that is ready runs in the next turn of the loop, after all that was ready before it.
    """

    def __init__(
        self,
        admission: Admission,
        find_wait_s: Callable[[], float],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._admission = admission
        self._find_wait_s = find_wait_s
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._next: asyncio.Handle = self._loop.call_later(TICK_S, self._ask)
        self._refused_before = 0

    def stop(self) -> None:
        """Stop measuring."""
        self._next.cancel()

    def _ask(self) -> None:
        self._next = self._loop.call_soon(self._observe, self._clock())

    def _observe(self, asked_at: float) -> None:
        self._next = self._loop.call_later(TICK_S, self._ask)
        admission, now = self._admission, self._clock()
        was_shedding = admission.is_shedding
        admission.observe(now, max(now - asked_at, self._find_wait_s()))
        if admission.is_shedding and not was_shedding:
            self._refused_before = admission.refused.total()
            _log.warning(
                "shedding_began", wait_ms=round(admission.wait_s * 1_000), limit=admission.ordinary.limit
            )
        elif was_shedding and not admission.is_shedding:
            _log.warning("shedding_ended", refused=admission.refused.total() - self._refused_before)


@asynccontextmanager
async def running(admission: Admission, lender: Lender) -> AsyncIterator[None]:
    """Watch the event loop and the waits for connections of a lender until the end of the block."""
    watch = LoadWatch(admission, lambda: lender.excess_wait_s)
    try:
        yield
    finally:
        watch.stop()
