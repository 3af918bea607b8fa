"""Commands `workflows templates list`, `show` and `save`: a template is a JSON file."""

import argparse
import asyncio
import json
from dataclasses import asdict
from typing import Any

from domain.acts import by_platform
from domain.errors import DomainError, NotFoundError
from domain.refusals import RefusalsError, together
from domain.unit_of_work import Meter
from domain.workflows import template_saves
from domain.workflows.templates import TemplateRefusedError
from gateway import secrets_and_ids
from gateway.commands import files, stores
from gateway.commands.errors import CommandError
from gateway.commands.jobs.workflows import VOCABULARY
from gateway.commands.tables import print_rows
from gateway.settings.environment import Settings
from gateway.workflows import template_files

MOST = 200
LARGEST_FILE = 1_000_000


async def list_templates(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print the newest version of each template."""
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        templates = await reads.workflow_templates.newest(limit=MOST)
    rows = [
        {
            "template": each.name,
            "version": each.version,
            "shipped": each.is_shipped,
            "steps": len(each.steps),
            "inputs": " ".join(one.name for one in each.inputs),
            "description": each.description,
        }
        for each in templates
    ]
    print_rows(
        rows, as_json=arguments.json, empty="There are no templates; a worker stores those of the platform."
    )
    return 0


async def show(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print a version of a template as the file that `save` reads, or as a table of its steps."""
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        template = await reads.workflow_templates.find(arguments.template, arguments.version)
    if template is None:
        raise NotFoundError("There is no such version of a template.")
    if arguments.json:
        print(json.dumps(template_files.written(template), indent=2))
        return 0
    print(f"{template.name}, version {template.version}: {template.description}\n")
    print_rows([asdict(step) for step in template.steps], as_json=False, empty="")
    return 0


async def save(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Store the template in a JSON file as the next version of its name."""
    text = await asyncio.to_thread(files.read, arguments.file, largest=LARGEST_FILE)
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    template = template_files.read(text, now=act.now)
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        try:
            saved = await template_saves.save(work, act, VOCABULARY, template)
        except (TemplateRefusedError, RefusalsError) as refused:
            raise CommandError(_sentences(refused)) from None
    facts: dict[str, Any] = {"template": saved.name, "version": saved.version}
    print_rows([facts], as_json=arguments.json, empty="")
    return 0


def _sentences(refused: DomainError) -> str:
    lines = []
    for each in together(refused):
        if isinstance(each, TemplateRefusedError):
            lines += [
                f"{'' if found.step is None else f'step {found.step}, '}{found.field}: {found.message}"
                for found in each.findings
            ]
        else:
            lines.append(each.message)
    return "\n".join(["The template was not saved.", *lines])
