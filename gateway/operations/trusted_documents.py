"""Trusted document sync: reads the documents in force at start and on each change, and compiles them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from domain.documents import trusted_documents
from domain.signals import newest
from domain.unit_of_work import Meter
from gateway.telemetry.job_failures import JobFailures
from graph.documents.trusted_documents import TrustedDocumentSet
from resolvers.context import Ports

READ_EVERY_S = 5.0
_MOST_NAMED = 10
_log = structlog.get_logger("gateway.operations.trusted_documents")


class TrustedDocumentSync:
    """Keeps a set in step with the manifests in Postgres; after a lost signal, it is five seconds late."""

    def __init__(self, trusted: TrustedDocumentSet, ports: Ports) -> None:
        self._trusted = trusted
        self._ports = ports
        self._revision = -1
        self.report_failure = JobFailures("trusting")

    async def read(self) -> bool:
        """Load the documents in force; return whether they changed since the last time."""
        async with self._ports.open_reads(Meter()) as reads:
            revision = await reads.trusted_documents.revision()
            if revision == self._revision:
                return False
            documents = await reads.trusted_documents.in_force()
        self._trusted.replace(documents)
        self._revision = revision
        return True

    async def follow(self) -> None:
        """Read and compile until cancelled: at once on a signal, else every five seconds."""
        await self._compile()
        async with self._ports.signals.listen(trusted_documents.TOPIC) as signals:
            while True:
                await newest(signals, within=READ_EVERY_S)
                try:
                    if await self.read():
                        await self._compile()
                except Exception as error:  # noqa: BLE001 - the job outlives failures of its database
                    self.report_failure(error, READ_EVERY_S)

    async def _compile(self) -> None:
        invalid = await self._trusted.compile()
        if len(self._trusted):
            _log.info("documents_trusted", count=len(self._trusted))
        if invalid:
            _log.warning("documents_no_longer_valid", count=len(invalid), first=invalid[:_MOST_NAMED])


@asynccontextmanager
async def running(trusted: TrustedDocumentSet, ports: Ports) -> AsyncIterator[None]:
    """Keep the set in step inside the block; if Postgres answers, it is loaded before the block begins."""
    sync = TrustedDocumentSync(trusted, ports)
    try:
        await sync.read()
    except Exception as error:  # noqa: BLE001 - without a database no request is served either, and the job reads again
        sync.report_failure(error, READ_EVERY_S)
    following = asyncio.create_task(sync.follow())
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
