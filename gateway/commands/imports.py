"""Command `import`: imports a file of roadmaps or questions, all or nothing."""

import argparse
import asyncio

from domain.unit_of_work import Meter
from gateway.commands import account_lookup, files, seeding, stores
from gateway.settings.environment import Settings

LARGEST_FILE = 20 * 1024 * 1024


async def import_file(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Import a file, all or nothing; print the report, and fail if anything was refused."""
    text = await asyncio.to_thread(files.read, arguments.file, largest=LARGEST_FILE)
    async with stores.opened(url) as postgres:
        async with postgres.open_reads(Meter()) as reads:
            author_id = await account_lookup.author(reads, arguments.author)
        report = await seeding.import_text(
            postgres,
            kind=arguments.kind,
            text=text,
            author_id=author_id,
            dry_run=arguments.dry_run,
            exam_type_code=arguments.exam_type,
            title=arguments.title,
        )
    print(seeding.report_text(report))
    return 1 if report.refused else 0
