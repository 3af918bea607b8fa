"""Commands `documents import`, `documents list` and `documents retire`."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.documents import manifests, trusted_documents
from domain.documents.manifests import ManifestFile
from domain.documents.trusted_documents import ManifestEntry
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import files
from gateway.settings.environment import Settings
from graph.documents import trusted_documents as documents_trusted_documents
from graph.documents.prepared import DocumentCache
from graph.schema import executable
from persistence.database import connect
from persistence.signals import LocalSignals, RedisSignals, redis_at
from persistence.work import Postgres

_SENDER = "questpath documents"


async def import_manifest(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Trust the documents of a manifest, all or none; print those that cannot run, and fail if there are any."""
    file = manifests.read(await asyncio.to_thread(files.read, arguments.file, largest=manifests.LONGEST_FILE))
    name = arguments.name or arguments.file.name
    refusals = _refusals(settings, file)
    for refusal in refusals:
        print(refusal)
    if refusals:
        print(
            f"Nothing was imported: {len(refusals)} faults in {len(file.documents)} documents.",
            file=sys.stderr,
        )
        return 1
    async with _stores(settings, url) as postgres, postgres.open_work(Meter()) as work:
        manifest = await trusted_documents.add(
            work.trusted_documents,
            name=name,
            file=file,
            mint=secrets_and_ids.mint,
            now=secrets_and_ids.now(),
            emit=work.emit,
        )
    print(f"{len(file.documents)} documents of {manifest.name} are trusted.")
    return 0


async def list_manifests(settings: Settings, url: str, _arguments: argparse.Namespace) -> int:
    """Print every manifest, newest first: name, format, number of documents, import and retirement."""
    async with _stores(settings, url) as postgres, postgres.open_reads(Meter()) as reads:
        found = await reads.trusted_documents.listed()
    for entry in found:
        print(_line(entry))
    return 0


async def retire_manifest(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Stop trusting the documents of a manifest, except those that another manifest lists."""
    async with _stores(settings, url) as postgres, postgres.open_work(Meter()) as work:
        await trusted_documents.retire(
            work.trusted_documents, name=arguments.name, now=secrets_and_ids.now(), emit=work.emit
        )
    print(f"{arguments.name} is retired.")
    return 0


def _refusals(settings: Settings, file: ManifestFile) -> list[str]:
    documents = DocumentCache(executable(), limits=settings.limits, hide_suggestions=False)
    return documents_trusted_documents.refusals(documents, file.documents)


def _line(entry: ManifestEntry) -> str:
    manifest = entry.manifest
    until = f", retired {manifest.retired_at:%Y-%m-%d %H:%M}" if manifest.retired_at else ""
    since = f"imported {manifest.imported_at:%Y-%m-%d %H:%M}"
    return f"{manifest.name}  {entry.documents} documents  {manifest.format}  {since}{until}"


@asynccontextmanager
async def _stores(settings: Settings, url: str) -> AsyncIterator[Postgres]:
    """Open the stores; changes are signalled to running gateways if a Redis is set, else they poll for them."""
    async with connect(url, largest=2) as database:
        if settings.redis_url is None:
            yield Postgres(database, LocalSignals())
            return
        async with redis_at(settings.redis_url.get_secret_value()) as redis:
            yield Postgres(database, RedisSignals(redis, sender=_SENDER))
