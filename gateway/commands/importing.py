"""What the command `import` does: a file of roadmaps or questions is taken whole, or not at all."""

import argparse
import asyncio

from gateway.commands import files, seeding, stores
from gateway.settings.environment import Settings

LARGEST_FILE = 20 * 1024 * 1024


async def import_file(_configured: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Import a file, all or nothing; prints the report and fails where anything was refused."""
    text = await asyncio.to_thread(files.read, arguments.file, largest=LARGEST_FILE)
    async with stores.opened(url) as postgres:
        report = await seeding.import_text(
            postgres,
            kind=arguments.kind,
            text=text,
            dry_run=arguments.dry_run,
            exam_type_code=arguments.exam_type,
            title=arguments.title,
        )
    print(seeding.told(report))
    return 1 if report.refused else 0
