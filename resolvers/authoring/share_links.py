"""Resolvers of share links."""

from domain.authoring import share_links
from domain.authoring.share_links import IssuedShareLink
from domain.content.roadmaps import Roadmap
from domain.ids import RoadmapId
from resolvers.context import Context


async def create_share_link(context: Context, *, roadmap_id: RoadmapId) -> IssuedShareLink:
    """Make the share link of a roadmap."""
    async with context.open_work() as work:
        return await share_links.create(
            work, context.act(), roadmap_id=roadmap_id, randomness=context.ports.randomness
        )


async def revoke_share_link(context: Context, *, roadmap_id: RoadmapId) -> Roadmap:
    """Revoke the share link of a roadmap."""
    async with context.open_work() as work:
        return await share_links.revoke(work, context.act(), roadmap_id=roadmap_id)


async def open_share_link(context: Context, *, secret: str) -> Roadmap:
    """Let the caller see the roadmap of a link."""
    async with context.open_work() as work:
        return await share_links.open_link(work, context.act(), secret=secret)
