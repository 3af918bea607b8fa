"""The batches of roadmaps and enrolments, with the row rule that the SQL of each enforces."""

from domain.enrolments import Enrolment
from domain.ids import EnrolmentId, PrerequisiteGroupId, RoadmapId, RoadmapNodeId, RoadmapVersionId, UserId
from domain.paging import Page, Window
from domain.progress import Progress, Standing
from domain.roadmaps import PrerequisiteEdge, PrerequisiteGroup, Roadmap, RoadmapNode, RoadmapVersion
from domain.rows import Columns, Row
from resolvers.batches import Rows, batch
from resolvers.context import Context


def asking(context: Context) -> UserId | None:
    """Return who asks, or None for an anonymous caller."""
    return context.viewer.user_id if context.viewer else None


@batch(Rows.VISIBLE)
async def roadmaps_by_id(context: Context, ids: list[RoadmapId]) -> list[Roadmap | None]:
    """Load roadmaps that the viewer may see."""
    async with context.open_reads() as reads:
        return await reads.roadmaps.by_ids(ids, viewer_id=asking(context))


@roadmaps_by_id.narrowed(Roadmap)
async def _(context: Context, ids: list[RoadmapId], columns: Columns) -> list[Row | None]:
    async with context.open_reads() as reads:
        return await reads.roadmaps.rows_by_ids(ids, columns, viewer_id=asking(context))


@batch(Rows.VISIBLE)
async def roadmap_versions_by_id(
    context: Context, ids: list[RoadmapVersionId]
) -> list[RoadmapVersion | None]:
    """Load versions of roadmaps that the viewer may see; drafts for their author alone."""
    async with context.open_reads() as reads:
        return await reads.roadmaps.versions_by_ids(ids, viewer_id=asking(context))


@roadmap_versions_by_id.narrowed(RoadmapVersion)
async def _(context: Context, ids: list[RoadmapVersionId], columns: Columns) -> list[Row | None]:
    async with context.open_reads() as reads:
        return await reads.roadmaps.version_rows_by_ids(ids, columns, viewer_id=asking(context))


@batch(Rows.VISIBLE)
async def versions_by_roadmap(
    context: Context, ids: list[RoadmapId], *, window: Window
) -> list[Page[RoadmapVersion]]:
    """Load a page of each roadmap's versions, highest number first."""
    async with context.open_reads() as reads:
        return await reads.roadmaps.versions_of(ids, window, viewer_id=asking(context))


@batch(Rows.VISIBLE)
async def nodes_by_version(context: Context, ids: list[RoadmapVersionId]) -> list[list[RoadmapNode]]:
    """Load the nodes of each version."""
    async with context.open_reads() as reads:
        return await reads.nodes.of_versions(ids, viewer_id=asking(context))


@nodes_by_version.narrowed(RoadmapNode, key="version_id", without=("resources",))
async def _(context: Context, ids: list[RoadmapVersionId], columns: Columns) -> list[list[Row]]:
    async with context.open_reads() as reads:
        return await reads.nodes.rows_of_versions(ids, columns, viewer_id=asking(context))


@batch(Rows.VISIBLE)
async def edges_by_version(context: Context, ids: list[RoadmapVersionId]) -> list[list[PrerequisiteEdge]]:
    """Load the edges of each version."""
    async with context.open_reads() as reads:
        return await reads.nodes.edges_of(ids, viewer_id=asking(context))


@batch(Rows.VISIBLE)
async def prerequisites_by_node(context: Context, ids: list[RoadmapNodeId]) -> list[list[PrerequisiteGroup]]:
    """Load the prerequisite groups of each node."""
    async with context.open_reads() as reads:
        return await reads.nodes.groups_of(ids, viewer_id=asking(context))


@batch(Rows.VISIBLE)
async def nodes_by_prerequisite(context: Context, ids: list[PrerequisiteGroupId]) -> list[list[RoadmapNode]]:
    """Load the nodes of each prerequisite group."""
    async with context.open_reads() as reads:
        return await reads.nodes.of_groups(ids, viewer_id=asking(context))


@batch(Rows.VISIBLE)
async def nodes_by_ids(context: Context, keys: list[tuple[RoadmapNodeId, ...]]) -> list[list[RoadmapNode]]:
    """Load lists of nodes; a key is the ids of one list."""
    wanted = list(dict.fromkeys(id_ for key in keys for id_ in key))
    async with context.open_reads() as reads:
        found = await reads.nodes.by_ids(wanted, viewer_id=asking(context))
    known = {node.id: node for node in found if node is not None}
    return [[known[id_] for id_ in key if id_ in known] for key in keys]


@batch(Rows.VIEWER)
async def enrolments_by_roadmap(context: Context, ids: list[RoadmapId]) -> list[Enrolment | None]:
    """Load the viewer's enrolment in each roadmap."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.enrolments.by_roadmaps(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def standings_by_node(context: Context, ids: list[RoadmapNodeId]) -> list[Standing | None]:
    """Load where nodes stand for the viewer; None where they did not enrol in that version."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        paths = await reads.enrolments.paths_at(ids, viewer_id=context.user_id)
    standings = {path.enrolment_id: path.standings() for path in paths if path}
    return [
        standings[path.enrolment_id].get(id_) if path else None for id_, path in zip(ids, paths, strict=True)
    ]


@batch(Rows.VIEWER)
async def progress_by_enrolment(context: Context, ids: list[EnrolmentId]) -> list[Progress | None]:
    """Load how far the viewer's enrolments are."""
    async with context.open_reads() as reads:
        paths = await reads.enrolments.paths(ids, viewer_id=context.user_id)
    return [path.progress() if path else None for path in paths]


@batch(Rows.VIEWER)
async def next_nodes_by_enrolment(context: Context, ids: list[EnrolmentId]) -> list[list[RoadmapNode]]:
    """Load the nodes with which the viewer goes on."""
    async with context.open_reads() as reads:
        paths = await reads.enrolments.paths(ids, viewer_id=context.user_id)
        wanted = [path.next_nodes() if path else [] for path in paths]
        found = await reads.nodes.by_ids([id_ for each in wanted for id_ in each], viewer_id=context.user_id)
    known = {node.id: node for node in found if node is not None}
    return [[known[id_] for id_ in each if id_ in known] for each in wanted]
