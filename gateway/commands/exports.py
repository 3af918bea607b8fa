"""Commands `export questions|roadmap`: content by slug as a file, whoever is its author."""

import argparse
import asyncio
from pathlib import Path

from domain.acts import by_platform
from domain.imports.exports.exported_files import ExportedFile, ExportFormat
from domain.imports.exports.question_exports import export_quiz_as_operator
from domain.imports.exports.roadmap_exports import export_roadmap_as_operator
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import stores
from gateway.commands.errors import CommandError
from gateway.settings.environment import Settings
from gateway.uploads.media_folder import MediaFolder


async def export_questions(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Write the questions of a quiz with their keys to a file; print what the format cannot hold."""
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        quiz = await work.quizzes.by_slug(arguments.slug)
        if quiz is None:
            raise CommandError("No quiz has this slug.")
        act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
        images = MediaFolder(settings.media_folder)
        file = await export_quiz_as_operator(work, act, images, quiz, format=ExportFormat(arguments.format))
    return await _written(file, arguments.output)


async def export_roadmap(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Write the newest version of a roadmap to a file."""
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        roadmap = await work.roadmaps.lock_by_slug(arguments.slug)
        if roadmap is None:
            raise CommandError("No roadmap has this slug.")
        act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
        file = await export_roadmap_as_operator(work, act, roadmap)
    return await _written(file, arguments.output)


async def _written(file: ExportedFile, output: Path | None) -> int:
    path = Path(file.name) if output is None else output
    try:
        await asyncio.to_thread(path.write_bytes, file.content)
    except OSError as error:
        raise CommandError(f"{path} cannot be written ({error.strerror}).") from None
    print(f"{path} is written, {len(file.content):,} bytes.")
    for loss in file.losses:
        print(f"not in the file: {loss.item + ': ' if loss.item else ''}{loss.reason}")
    return 0
