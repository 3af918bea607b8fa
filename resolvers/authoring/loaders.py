"""Batches of authoring, of roadmaps that the viewer works on."""

from domain.authoring import upstreams
from domain.authoring.collaborations import open_since
from domain.authoring.upstreams import UpstreamDiff
from domain.content.collaborators import Collaborator
from domain.ids import CollaboratorId, RoadmapId
from domain.paging import Page, Window
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def upstream_diffs_by_roadmap(context: Context, ids: list[RoadmapId]) -> list[UpstreamDiff | None]:
    """Load what the origins of forks have published since the forks took it in."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await upstreams.diffs(reads.upstreams, reads.drafts, ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def collaborators_by_id(context: Context, ids: list[CollaboratorId]) -> list[Collaborator | None]:
    """Load the viewer's own collaborations, and the collaborators of roadmaps that they work on."""
    async with context.open_reads() as reads:
        return await reads.collaborators.by_ids(
            ids, viewer_id=context.user_id, since=open_since(context.now())
        )


@batch(Rows.VIEWER)
async def collaborators_by_roadmap(
    context: Context, ids: list[RoadmapId], *, window: Window
) -> list[Page[Collaborator]]:
    """Load the collaborators of roadmaps that the viewer works on; none of the others."""
    async with context.open_reads() as reads:
        return await reads.collaborators.of_roadmaps(
            ids, window, viewer_id=context.viewer_id, since=open_since(context.now())
        )
