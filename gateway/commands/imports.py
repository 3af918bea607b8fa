"""Command `import`: imports files of roadmaps or questions for an author, each all or nothing, with a progress bar."""

import argparse
import asyncio
import hashlib
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from domain.ids import ImportId, UserId
from domain.imports.readers import QuestionFileFormat, RoadmapFileFormat
from domain.imports.reports import ImportKind, ImportOutcome
from domain.imports.runs.import_jobs import READ
from domain.imports.runs.imports import FindingKind, Import, ImportFinding, ImportOptions, NewImport
from domain.imports.storage.import_starts import checked_options
from domain.paging import LARGEST_PAGE, Window
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import account_lookup, stores
from gateway.commands.errors import CommandError
from gateway.imports.import_steps import ImportSteps
from gateway.settings.environment import Settings
from gateway.uploads.media_folder import MediaFolder
from persistence.work import Postgres

MOST_SHOWN = 500
"""How many refusals, and how many losses, of a file are printed; the rest is counted."""
_STATEMENT_DEADLINE_S = 600.0
_PIECE = 1024 * 1024
Show = Callable[[int, str], None]


async def import_files(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Import each file; print the reports, and fail if anything was refused."""
    hashes = [await asyncio.to_thread(_hash, path, settings.upload_bytes) for path in arguments.files]
    options = checked_options(_options(arguments))
    reports = []
    async with stores.opened(url, statement_deadline_s=_STATEMENT_DEADLINE_S) as postgres:
        async with postgres.open_reads(Meter()) as reads:
            author_id = await account_lookup.author(reads, arguments.author)
        with _bars() as progress:
            for path, file_hash in zip(arguments.files, hashes, strict=True):
                task = progress.add_task(path.name, total=100, note="")
                new = _new(ImportKind(arguments.kind.upper()), path, file_hash, options, author_id)
                await _import(postgres, new, path, settings.media_folder, partial(_advance, progress, task))
                reports.append(await _report(postgres, new.id, author_id))
    if arguments.json:
        print(json.dumps(reports, indent=2, ensure_ascii=False))
    else:
        for report in reports:
            print(_text(report))
    return 1 if any(report["refusedCount"] for report in reports) else 0


def _options(arguments: argparse.Namespace) -> ImportOptions:
    """Return the options; raises CommandError for those that do not fit what is imported."""
    if arguments.kind == "roadmap" and (arguments.keep_good or arguments.exam_type or arguments.title):
        raise CommandError("--keep-good, --exam-type and --title are for questions.")
    return ImportOptions(
        format=None if arguments.format is None else _format(arguments.kind, arguments.format),
        dry_run=arguments.dry_run,
        keep_good=arguments.keep_good,
        exam_type_code=arguments.exam_type,
        title=arguments.title,
    )


def _format(kind: str, given: str) -> str:
    formats: Iterable[Enum] = RoadmapFileFormat if kind == "roadmap" else QuestionFileFormat
    names = {each.value.lower().replace("_", "-"): each.value for each in formats}
    if given.lower() not in names:
        raise CommandError(f"--format must be one of {', '.join(sorted(names))}.")
    return str(names[given.lower()])


def _new(
    kind: ImportKind, path: Path, file_hash: str, options: ImportOptions, author_id: UserId
) -> NewImport:
    return NewImport(
        id=ImportId(secrets_and_ids.mint("import")),
        author_id=author_id,
        kind=kind,
        filename=path.name,
        file_hash=file_hash,
        options=options,
        upload_id=None,
        workflow_id=None,
    )


async def _import(postgres: Postgres, new: NewImport, path: Path, media_folder: Path, show: Show) -> None:
    """Run the steps that a worker runs for an upload, in this process."""
    async with postgres.open_work(Meter()) as work:
        await work.imports.add(new, now=secrets_and_ids.now())

    async def report(progress: int, note: str) -> None:
        show(progress, note)

    steps = ImportSteps(
        import_id=new.id,
        open_work=lambda: postgres.open_work(Meter()),
        open_file=lambda _: path.open("rb"),
        now=secrets_and_ids.now,
        mint=secrets_and_ids.mint,
        media_files=MediaFolder(media_folder),
        report=report,
        publishes=True,
    )
    for step in (steps.check, steps.stage):
        if await step() != READ:
            break
    else:
        await steps.keep()
    show(100, "")


async def _report(postgres: Postgres, import_id: ImportId, author_id: UserId) -> dict[str, Any]:
    async with postgres.open_reads(Meter()) as reads:
        (known,) = await reads.imports.by_ids([import_id], viewer_id=author_id)
        if known is None:
            raise CommandError("The import was removed while it ran.")
        findings = {
            kind: [each async for each in _findings(reads, known, kind)]
            for kind in (FindingKind.REFUSED, FindingKind.LOST)
        }
    return {
        "id": known.id,
        "file": known.filename,
        "format": known.format,
        "encoding": known.encoding,
        "outcome": known.outcome.value if known.outcome else None,
        "accepted": known.accepted,
        "refusedCount": known.refused_count,
        "lossCount": known.loss_count,
        "refused": [_shown(each) for each in findings[FindingKind.REFUSED]],
        "losses": [_shown(each) for each in findings[FindingKind.LOST]],
    }


async def _findings(reads: Any, known: Import, kind: FindingKind) -> AsyncIterator[ImportFinding]:
    window, shown = Window(size=LARGEST_PAGE), 0
    while shown < MOST_SHOWN:
        (page,) = await reads.imports.findings([known.id], window, viewer_id=known.author_id, kind=kind)
        for each in page.nodes:
            yield each
        shown += len(page.nodes)
        if not page.has_next_page:
            return
        window = Window(size=LARGEST_PAGE, key=page.key_of(page.nodes[-1]))


def _shown(found: ImportFinding) -> dict[str, Any]:
    return {"line": found.line, "item": found.item, "reason": found.reason}


def _text(report: dict[str, Any]) -> str:
    """Return a report as text, with a line for each item that was refused or lost."""
    counts = f"{report['accepted']} accepted, {report['refusedCount']} refused, {report['lossCount']} losses"
    lines = [f"{report['file']}: {counts}."]
    if report["outcome"] == ImportOutcome.UNCHANGED.value:
        lines.append("The same content was imported before; nothing changed.")
    if report["encoding"] not in {None, "utf-8"}:
        lines.append(f"It was read as {report['encoding']}.")
    for word, found, count in (
        ("refused", report["refused"], report["refusedCount"]),
        ("lost", report["losses"], report["lossCount"]),
    ):
        lines += [f"{word}, line {each['line']}: {each['item']}: {each['reason']}" for each in found]
        if count > len(found):
            lines.append(f"{word}: and {count - len(found)} more")
    return "\n".join(lines)


def _hash(path: Path, largest: int) -> str:
    """Return the SHA-256 of a file of at most so many bytes; raises CommandError."""
    digest = hashlib.sha256()
    try:
        if path.stat().st_size > largest:
            raise CommandError(f"{path} is larger than {largest:,} bytes (QUESTPATH_UPLOAD_BYTES).")
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        raise CommandError(f"{path} cannot be read ({error.strerror}).") from None
    return digest.hexdigest()


def _bars() -> Progress:
    """Return progress bars on stderr, which show nothing where that is no terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    return Progress(*columns, console=console, disable=not sys.stderr.isatty())


def _advance(progress: Progress, task: Any, percent: int, note: str) -> None:
    progress.update(task, completed=percent, note=note)
