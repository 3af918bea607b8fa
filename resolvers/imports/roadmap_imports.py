"""Resolvers of roadmap imports."""

from domain.feature_flags.flag_table import CONTENT_IMPORTS
from domain.imports import roadmap_imports
from domain.imports.roadmap_imports import RoadmapImport
from resolvers.context import Context


async def import_roadmap(
    context: Context, *, file: str, idempotency_key: str, dry_run: bool = False
) -> RoadmapImport:
    """Import a file as a draft of the caller's."""
    context.ports.flags.require(CONTENT_IMPORTS, context.viewer)
    async with context.open_work() as work:
        return await roadmap_imports.import_once(
            work, context.act(), text=file, dry_run=dry_run, idempotency_key=idempotency_key
        )
