"""Command `schema changes`: compares the SDL of a release with the present one, and refuses what breaks clients."""

import argparse
import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from graphql import GraphQLError, GraphQLSchema, build_schema

from domain.documents.field_usage import UsageFilter
from domain.paging import window
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import execution, stores
from gateway.commands.errors import CommandError
from gateway.schema_changes import changelog, removals
from gateway.schema_changes.changes import Change, Criticality, changes
from gateway.settings.environment import Settings
from graph import schema

UNUSED_FOR = timedelta(days=30)


def list_changes(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print each change; exit code 1 if a breaking one may not be released."""
    old = _read(arguments.old)
    found = changes(old, _read(arguments.new) if arguments.new else build_schema(schema.sdl()))
    if arguments.changelog is not None:
        changelog.write(arguments.changelog, found)
    breaking = [change for change in found if change.criticality is Criticality.BREAKING]
    usage = _usage(settings, breaking) if arguments.usage else None
    decided = frozenset[str]() if arguments.decisions is None else removals.decided_in(arguments.decisions)
    today, refused = secrets_and_ids.now().date(), 0
    for change in found:
        line = f"{change.criticality.value:<10} {change.coordinate} {change.what}"
        if change.criticality is Criticality.BREAKING:
            verdict = removals.verdict(change, old, today=today, usage=usage, decided=decided)
            refused += not verdict.is_allowed
            line += f"  [{'allowed' if verdict.is_allowed else 'refused'}: {verdict.why}]"
        print(line)
    print(f"{len(found)} changes, {len(breaking)} of them breaking, {refused} of these refused.")
    return int(refused > 0)


def _read(path: Path) -> GraphQLSchema:
    try:
        found = build_schema(path.read_text("utf-8"))
    except OSError as error:
        raise CommandError(f"{path} cannot be read ({error.strerror}).") from None
    except (GraphQLError, TypeError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} is no schema: {str(error).splitlines()[0]}") from None
    if found.query_type is None:
        raise CommandError(f"{path} is no schema: it has no type Query.")
    return found


def _usage(settings: Settings, breaking: Sequence[Change]) -> dict[str, int]:
    """Read the requests of the last 30 days to the fields that break."""
    with execution.database(settings, own=False) as url:
        return asyncio.run(_requests(url, removals.fields_of(breaking)))


async def _requests(url: str, fields: Sequence[str]) -> dict[str, int]:
    since = secrets_and_ids.now() - UNUSED_FOR
    found = {}
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        for field in fields:
            page = await reads.field_usages.page(UsageFilter(coordinate=field, since=since), window(first=1))
            found[field] = sum(usage.requests for usage in page.nodes)
    return found
