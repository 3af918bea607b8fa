"""Trusting: the documents in force are read when the process starts and when they change, and compiled aside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from domain import trusted_documents
from domain.signals import newest
from domain.work import Meter
from graph.trusted import TrustedSet
from resolvers.context import Ports

READ_EVERY_S = 5.0
_MOST_NAMED = 10
_log = structlog.get_logger("gateway.operations.trusting")


class Trusting:
    """Keeps a set in step with the manifests in Postgres; a signal that got lost costs five seconds."""

    def __init__(self, trusted: TrustedSet, ports: Ports) -> None:
        self._trusted = trusted
        self._ports = ports
        self._mark = -1

    async def read(self) -> bool:
        """Take in what is in force, and tell whether it changed since the last time."""
        async with self._ports.open_reads(Meter()) as reads:
            mark = await reads.trusted_documents.mark()
            if mark == self._mark:
                return False
            listed = await reads.trusted_documents.in_force()
        self._trusted.replace(listed)
        self._mark = mark
        return True

    async def follow(self) -> None:
        """Read and compile again and again until cancelled: on a signal at once, else every five seconds."""
        failing = False
        await self._compile()
        async with self._ports.signals.listen(trusted_documents.TOPIC) as heard:
            while True:
                await newest(heard, within=READ_EVERY_S)
                try:
                    if await self.read():
                        await self._compile()
                    failing = False
                except Exception as error:  # noqa: BLE001 - a job outlives whatever its database does
                    if not failing:  # once for each outage
                        _complain(error)
                    failing = True

    async def _compile(self) -> None:
        invalid = await self._trusted.compile()
        if len(self._trusted):
            _log.info("documents_trusted", count=len(self._trusted))
        if invalid:
            _log.warning("documents_no_longer_valid", count=len(invalid), first=invalid[:_MOST_NAMED])


@asynccontextmanager
async def running(trusted: TrustedSet, ports: Ports) -> AsyncIterator[None]:
    """Keep the set in step inside the block; it holds what is in force when that is entered, if Postgres answers."""
    trusting = Trusting(trusted, ports)
    try:
        await trusting.read()
    except Exception as error:  # noqa: BLE001 - without a database nothing is answered, and the job reads again
        _complain(error)
    following = asyncio.create_task(trusting.follow())
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


def _complain(error: Exception) -> None:
    _log.warning(
        "job_failed", job="trusting", error=type(error).__name__, retry_s=READ_EVERY_S, exc_info=error
    )
