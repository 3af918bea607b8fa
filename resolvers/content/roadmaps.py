"""Resolvers of roadmaps: finding, publishing, archiving and restoring them."""

from typing import Protocol

from domain.content import roadmaps
from domain.content.releases import publishing
from domain.content.roadmaps import Release, Roadmap, Visibility
from domain.ids import RoadmapId
from domain.paging import Page, Window
from resolvers.context import Context


class RoadmapLookup(Protocol):
    """Exactly one of the two is set."""

    id: RoadmapId | None
    slug: str | None


async def roadmap_by(context: Context, *, by: RoadmapLookup) -> Roadmap | None:
    """Return the roadmap with a slug, if the caller may see it."""
    async with context.open_reads() as reads:
        return await roadmaps.find(reads.roadmaps, slug=by.slug or "", viewer_id=context.viewer_id)


async def roadmaps_page(context: Context, *, window: Window) -> Page[Roadmap]:
    """Return a page of the published public roadmaps, newest first."""
    async with context.open_reads() as reads:
        return await reads.roadmaps.page(window)


async def publish_roadmap(context: Context, *, roadmap_id: RoadmapId) -> Release:
    """Publish the draft of a roadmap."""
    async with context.open_work() as work:
        return await publishing.publish(work, context.act(), roadmap_id=roadmap_id)


async def change_roadmap_visibility(
    context: Context, *, roadmap_id: RoadmapId, visibility: Visibility
) -> Roadmap:
    """Change who may find a roadmap."""
    async with context.open_work() as work:
        return await publishing.change_visibility(
            work, context.act(), roadmap_id=roadmap_id, visibility=visibility
        )


async def archive_roadmap(context: Context, *, roadmap_id: RoadmapId) -> Roadmap:
    """Archive a roadmap."""
    async with context.open_work() as work:
        return await publishing.archive(work, context.act(), roadmap_id=roadmap_id)


async def restore_roadmap(context: Context, *, roadmap_id: RoadmapId) -> Roadmap:
    """Undo archiving a roadmap."""
    async with context.open_work() as work:
        return await publishing.restore(work, context.act(), roadmap_id=roadmap_id)
