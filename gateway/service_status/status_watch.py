"""Status watch: tells other processes what this one sees, reads what they see, and keeps the board."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from domain import job_table
from domain.ids import ProcessId
from domain.jobs import backup_jobs, job_administration
from domain.jobs.queues import GONE_AFTER
from domain.mail import outbox
from domain.service_status.causes import (
    DATABASE_UNREACHABLE,
    JOBS_NOT_SERVED,
    MAILS_NOT_SERVED,
    WEBHOOKS_NOT_SERVED,
)
from domain.service_status.parts import PartState, Trouble
from domain.service_status.reports import REPEATED_EVERY, STALE_AFTER, TOPIC, changed_signal
from domain.signals import newest
from domain.unit_of_work import Meter
from domain.webhooks import delivery_jobs
from gateway.service_status.local_troubles import LocalTroubles, Sightings
from gateway.service_status.status_board import StatusBoard
from resolvers.context import Ports

LOOK_EVERY_S = 0.5
"""How often a process looks at itself, in seconds, which costs no I/O."""
PATIENCE_S = 3.0
"""How long Postgres may take, in seconds; twice in a row it is down."""
_NOT_MISSED = {backup_jobs.QUEUE}
"""Queues whose jobs no user waits for."""
_CAUSES_OF_QUEUES = {outbox.QUEUE: MAILS_NOT_SERVED, delivery_jobs.QUEUE: WEBHOOKS_NOT_SERVED}
NOT_SERVED_FOR = GONE_AFTER
"""How long a queue may have no worker until that counts, so that workers can be restarted."""


class StatusWatch:
    """Keeps the status board of one process, and reports its troubles to the others."""

    def __init__(
        self,
        ports: Ports,
        board: StatusBoard,
        local: LocalTroubles,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ports = ports
        self._board = board
        self._local = local
        self._clock = clock
        self._id = ProcessId(ports.mint("process"))
        self._reported: list[Trouble] = []
        self._others: Sequence[Trouble] = ()
        self._queues = Sightings()
        self._failed_since: datetime | None = None
        self._next_read = 0.0

    async def run(self) -> None:
        """Look until cancelled; then take back what this process reported."""
        try:
            async with self._ports.signals.listen(TOPIC) as signals:
                while True:
                    heard = await newest(signals, within=LOOK_EVERY_S)
                    await self.look(is_told=heard is not None and heard.body != self._id)
        finally:
            if self._reported:
                with suppress(Exception):
                    await self._report([], self._ports.now())

    async def look(self, *, is_told: bool = False) -> None:
        """Look at this process, and where that is due at the others; then show what is found."""
        now = self._ports.now()
        seen = self._local.see(now)
        if is_told or seen != self._reported or self._clock() >= self._next_read:
            self._next_read = self._clock() + REPEATED_EVERY.total_seconds()
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._exchange(seen, now)
                self._failed_since = None
            except Exception:  # noqa: BLE001 - that Postgres does not answer is what is looked for
                self._lost(now)
        self._board.show([*seen, *self._others])

    async def _exchange(self, seen: list[Trouble], now: datetime) -> None:
        if seen or self._reported:
            await self._report(seen, now)
        async with self._ports.open_reads(Meter()) as reads:
            others = await reads.status_reports.of_others(self._id, since=now - STALE_AFTER)
            workers = await reads.queues.workers(since=now - GONE_AFTER)
            paused = await reads.queues.paused()
        served = {queue for worker in workers for queue in worker.queues} - set(paused)
        self._others = [*others, *self._not_served(served, now)]

    async def _report(self, seen: list[Trouble], now: datetime) -> None:
        async with self._ports.open_step(Meter()) as work:
            await work.status_reports.replace(self._id, seen, now=now)
            if seen != self._reported:
                work.emit(changed_signal(self._id))
        self._reported = seen

    def _not_served(self, served: set[str], now: datetime) -> list[Trouble]:
        """Return the troubles of queues whose jobs nobody runs, because of no worker or of a pause."""
        missing = {*job_administration.queue_names(job_table.KINDS)} - served - _NOT_MISSED
        causes = {_CAUSES_OF_QUEUES.get(queue, JOBS_NOT_SERVED).name for queue in missing}
        return self._queues.update(
            dict.fromkeys(causes, PartState.DOWN), now=now, patience=dict.fromkeys(causes, NOT_SERVED_FOR)
        )

    def _lost(self, now: datetime) -> None:
        """Look again soon; the second time, Postgres is down, and what others see is unknown."""
        self._next_read = self._clock() + LOOK_EVERY_S
        if self._failed_since is None:
            self._failed_since = now
            return
        cause = DATABASE_UNREACHABLE.name
        self._others = [Trouble(cause=cause, state=PartState.DOWN, since=self._failed_since)]


@asynccontextmanager
async def running(ports: Ports, board: StatusBoard, local: LocalTroubles) -> AsyncIterator[None]:
    """Watch inside the block."""
    watch = StatusWatch(ports, board, local)
    watching = asyncio.create_task(watch.run())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
