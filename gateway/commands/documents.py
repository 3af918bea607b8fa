"""What the commands about trusted documents do: import, list and retire manifests."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain import manifests, trusted_documents
from domain.manifests import ManifestFile
from domain.trusted_documents import ManifestEntry
from domain.work import Meter
from gateway import security
from gateway.commands import files
from gateway.settings.environment import Settings
from graph import trusted
from graph.documents import Documents
from graph.schema import executable
from persistence.engine import connect
from persistence.signals import LocalSignals, RedisSignals, redis_at
from persistence.work import Postgres

_SENDER = "questpath documents"


async def import_manifest(configured: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Trust the documents of a manifest, all or none; prints which cannot be run and fails where any is."""
    file = manifests.read(await asyncio.to_thread(files.read, arguments.file, largest=manifests.LONGEST_FILE))
    name = arguments.name or arguments.file.name
    refused = _refusals(configured, file)
    for line in refused:
        print(line)
    if refused:
        print(
            f"Nothing was imported: {len(refused)} faults in {len(file.documents)} documents.",
            file=sys.stderr,
        )
        return 1
    async with _stores(configured, url) as postgres, postgres.open_work(Meter()) as work:
        manifest = await trusted_documents.add(
            work.trusted_documents,
            name=name,
            file=file,
            mint=security.mint,
            now=security.now(),
            emit=work.emit,
        )
    print(f"{len(file.documents)} documents of {manifest.name} are trusted.")
    return 0


async def list_manifests(configured: Settings, url: str, _arguments: argparse.Namespace) -> int:
    """Print every manifest, newest first: name, format, documents, since when and until when."""
    async with _stores(configured, url) as postgres, postgres.open_reads(Meter()) as reads:
        found = await reads.trusted_documents.listed()
    for entry in found:
        print(_line(entry))
    return 0


async def retire_manifest(configured: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Trust the documents of a manifest no more, but for those that another one lists."""
    async with _stores(configured, url) as postgres, postgres.open_work(Meter()) as work:
        await trusted_documents.retire(
            work.trusted_documents, name=arguments.name, now=security.now(), emit=work.emit
        )
    print(f"{arguments.name} is retired.")
    return 0


def _refusals(configured: Settings, file: ManifestFile) -> list[str]:
    documents = Documents(executable(), limits=configured.limits, hide_suggestions=False)
    return trusted.refusals(documents, file.documents)


def _line(entry: ManifestEntry) -> str:
    manifest = entry.manifest
    until = f", retired {manifest.retired_at:%Y-%m-%d %H:%M}" if manifest.retired_at else ""
    since = f"imported {manifest.imported_at:%Y-%m-%d %H:%M}"
    return f"{manifest.name}  {entry.documents} documents  {manifest.format}  {since}{until}"


@asynccontextmanager
async def _stores(configured: Settings, url: str) -> AsyncIterator[Postgres]:
    """Open the stores; what changes is told to the running gateways where a Redis is set, else they look it up."""
    async with connect(url, largest=2) as database:
        if configured.redis_url is None:
            yield Postgres(database, LocalSignals())
            return
        async with redis_at(configured.redis_url.get_secret_value()) as redis:
            yield Postgres(database, RedisSignals(redis, sender=_SENDER))
