"""Replicated Postgres: units of work on the primary, and reads on the replica that was chosen for their operation."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from time import monotonic
from urllib.parse import urlsplit

from domain.signals import Signals
from domain.unit_of_work import Meter
from persistence import connection_settings
from persistence.database import LOCK_WAIT_PART, STATEMENT_DEADLINE_S, Database, connect
from persistence.replicas import recent_writers
from persistence.replicas.read_replicas import LATE_S, ReadReplicas
from persistence.replicas.reads import ReplicaBorrowed, SeenBorrowed
from persistence.replicas.replica import Replica, ReplicaRun
from persistence.replicas.watch import Opener, ReplicaWatch
from persistence.stores import SqlWork
from persistence.work import Postgres, Reads, Steps

_PORT = 5432
_PATIENCE_S = 1.0
"""How many seconds a replica may take to open a connection, and a server to tell its position."""


class ReplicatedPostgres(Postgres):
    """Opens units of work on the primary, and reads where the meter of their operation says."""

    def __init__(self, database: Database, signals: Signals, replicas: ReadReplicas) -> None:
        super().__init__(database, signals)
        self._replicas = replicas

    def open_reads(self, meter: Meter) -> Reads:
        """Open the stores for reading, on the replica of the meter or else on the primary."""
        replicas, primary = self._replicas, self._database.lender
        if isinstance(meter.replica, ReplicaRun):
            return Reads(ReplicaBorrowed(meter.replica, primary, meter, replicas.readers))
        replicas.primary_reads += 1
        if meter.reader is None:
            return super().open_reads(meter)
        return Reads(SeenBorrowed(primary, meter, replicas.readers, meter.reader))

    def open_step(self, meter: Meter) -> Steps:
        """Open the stores without a transaction; the operation reads the primary from now on."""
        meter.replica = None
        return super().open_step(meter)

    @asynccontextmanager
    async def open_work(self, meter: Meter) -> AsyncIterator[SqlWork]:
        """Open the stores in one transaction; the operation reads the primary from now on."""
        meter.replica = None
        async with super().open_work(meter) as work:
            yield work


@asynccontextmanager
async def opened(
    primary_url: str,
    urls: Sequence[str],
    *,
    redis_url: str | None = None,
    late_s: float = LATE_S,
    largest: int = 10,
    statement_deadline_s: float = STATEMENT_DEADLINE_S,
    lock_wait_s: float | None = None,
    share: float,
    clock: Callable[[], float] = monotonic,
) -> AsyncIterator[ReadReplicas]:
    """Open up to `largest` connections to each replica at `urls`, and watch them and the primary for the block.

    Each address is one server. A replica that cannot be reached is left out until it can. With a Redis, processes tell
    each other who has changed something.
    """
    async with AsyncExitStack() as stack:
        waits = lock_wait_s or LOCK_WAIT_PART * statement_deadline_s
        replicas = []
        for url in urls:
            database = await stack.enter_async_context(
                connect(
                    url,
                    largest=largest,
                    statement_deadline_s=statement_deadline_s,
                    lock_wait_s=waits,
                    share=share,
                    connect_s=_PATIENCE_S,
                    is_required=False,
                )
            )
            replicas.append(Replica(name_of(url), database.lender))
        writers = None
        if redis_url is not None:
            writers = await stack.enter_async_context(recent_writers.opened(redis_url, late_s, clock))
        watched = [(replica, _opener(url)) for replica, url in zip(replicas, urls, strict=True)]
        watch = ReplicaWatch(_opener(primary_url), watched, late_s=late_s, clock=clock)
        watching = asyncio.create_task(watch.run())
        try:
            yield ReadReplicas(replicas, writers, late_s=late_s, clock=clock)
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


def name_of(url: str) -> str:
    """Return the host and port of an address, without its secrets."""
    parts = urlsplit(url)
    return f"{parts.hostname or 'localhost'}:{parts.port or _PORT}"


def _opener(url: str) -> Opener:
    return connection_settings.opener(
        url, statement_deadline_s=_PATIENCE_S, lock_wait_s=_PATIENCE_S, connect_s=_PATIENCE_S
    )
