"""Batches of authoring, of roadmaps that the viewer may edit."""

from domain.authoring import upstreams
from domain.authoring.upstreams import UpstreamDiff
from domain.ids import RoadmapId
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def upstream_diffs_by_roadmap(context: Context, ids: list[RoadmapId]) -> list[UpstreamDiff | None]:
    """Load what the origins of forks have published since the forks took it in."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await upstreams.diffs(reads.upstreams, reads.drafts, ids, viewer_id=context.user_id)
