"""Answers about roadmaps: finding, importing, publishing and withdrawing them."""

from typing import Protocol

from domain import publishing, roadmaps
from domain.ids import RoadmapId
from domain.imports import roadmap_imports
from domain.imports.roadmap_imports import RoadmapImport
from domain.paging import Page, Window
from domain.roadmaps import Release, Roadmap
from resolvers import roadmap_loaders
from resolvers.context import Context


class RoadmapLookup(Protocol):
    """Exactly one of the two is set."""

    id: RoadmapId | None
    slug: str | None


async def roadmap_by(context: Context, *, by: RoadmapLookup) -> Roadmap | None:
    """Find a roadmap that the caller may see, by slug."""
    async with context.open_reads() as reads:
        return await roadmaps.find(
            reads.roadmaps, slug=by.slug or "", viewer_id=roadmap_loaders.asking(context)
        )


async def roadmaps_page(context: Context, *, window: Window) -> Page[Roadmap]:
    """Return a page of the published public roadmaps, newest first."""
    async with context.open_reads() as reads:
        return await reads.roadmaps.page(window)


async def import_roadmap(
    context: Context, *, file: str, idempotency_key: str, dry_run: bool = False
) -> RoadmapImport:
    """Import a file as a draft of the caller's."""
    async with context.open_work() as work:
        return await roadmap_imports.import_once(
            work,
            text=file,
            author_id=context.user_id,
            now=context.now(),
            mint=context.ports.mint,
            dry_run=dry_run,
            idempotency_key=idempotency_key,
        )


async def publish_roadmap(context: Context, *, roadmap_id: RoadmapId) -> Release:
    """Publish the draft of a roadmap."""
    async with context.open_work() as work:
        return await publishing.publish(
            work.roadmaps,
            work.nodes,
            work.users,
            viewer=context.caller,
            roadmap_id=roadmap_id,
            now=context.now(),
        )


async def archive_roadmap(context: Context, *, roadmap_id: RoadmapId) -> Roadmap:
    """Withdraw a roadmap."""
    async with context.open_work() as work:
        return await publishing.archive(
            work.roadmaps, work.users, viewer=context.caller, roadmap_id=roadmap_id
        )
