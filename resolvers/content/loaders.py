"""Batches of content: roadmaps, exam types and quizzes, each with the row rule that its SQL enforces."""

from functools import partial

from domain.content import validation, version_diffs
from domain.content.exam_types import ExamDomain, ExamType
from domain.content.prerequisites import Flaw
from domain.content.quizzes import Quiz
from domain.content.roadmap_nodes import PrerequisiteEdge, PrerequisiteGroup, RoadmapNode
from domain.content.roadmaps import Roadmap, RoadmapVersion
from domain.content.version_diffs import VersionDiff
from domain.ids import (
    ExamDomainId,
    ExamTypeId,
    PrerequisiteGroupId,
    QuizId,
    RoadmapId,
    RoadmapNodeId,
    RoadmapVersionId,
)
from domain.paging import Page, Window
from domain.rows import Columns, Row
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VISIBLE)
async def roadmaps_by_id(context: Context, ids: list[RoadmapId]) -> list[Roadmap | None]:
    """Load roadmaps that the viewer may see."""
    async with context.open_reads() as reads:
        return await reads.roadmaps.by_ids(ids, viewer_id=context.viewer_id)


@roadmaps_by_id.narrowed(Roadmap)
async def _(context: Context, ids: list[RoadmapId], columns: Columns) -> list[Row | None]:
    async with context.open_reads() as reads:
        return await reads.roadmaps.rows_by_ids(ids, columns, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def roadmap_versions_by_id(
    context: Context, ids: list[RoadmapVersionId]
) -> list[RoadmapVersion | None]:
    """Load versions of roadmaps that the viewer may see; drafts for their author alone."""
    async with context.open_reads() as reads:
        return await reads.roadmaps.versions_by_ids(ids, viewer_id=context.viewer_id)


@roadmap_versions_by_id.narrowed(RoadmapVersion)
async def _(context: Context, ids: list[RoadmapVersionId], columns: Columns) -> list[Row | None]:
    async with context.open_reads() as reads:
        return await reads.roadmaps.version_rows_by_ids(ids, columns, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def versions_by_roadmap(
    context: Context, ids: list[RoadmapId], *, window: Window
) -> list[Page[RoadmapVersion]]:
    """Load a page of each roadmap's versions, highest number first."""
    async with context.open_reads() as reads:
        return await reads.roadmaps.versions_of(ids, window, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def nodes_by_version(context: Context, ids: list[RoadmapVersionId]) -> list[list[RoadmapNode]]:
    """Load the nodes of each version."""
    async with context.open_reads() as reads:
        return await reads.nodes.of_versions(ids, viewer_id=context.viewer_id)


@nodes_by_version.narrowed(RoadmapNode, key="version_id", without=("resources", "position", "layout"))
async def _(context: Context, ids: list[RoadmapVersionId], columns: Columns) -> list[list[Row]]:
    return await context.ports.public_nodes.read(ids, columns, partial(_rows_of_nodes, context))


async def _rows_of_nodes(context: Context, ids: list[RoadmapVersionId], columns: Columns) -> list[list[Row]]:
    async with context.open_reads() as reads:
        return await reads.nodes.rows_of_versions(ids, columns, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def node_pages_by_version(
    context: Context, ids: list[RoadmapVersionId], *, window: Window
) -> list[Page[RoadmapNode]]:
    """Load a page of each version's nodes."""
    async with context.open_reads() as reads:
        return await reads.nodes.pages_of(ids, window, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def keys_by_node(context: Context, ids: list[RoadmapNodeId]) -> list[str | None]:
    """Load the keys of nodes of versions that the viewer may see."""
    async with context.open_reads() as reads:
        return await reads.nodes.keys_of(ids, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def flaws_by_version(context: Context, ids: list[RoadmapVersionId]) -> list[list[Flaw]]:
    """Load what keeps versions from being published."""
    async with context.open_reads() as reads:
        return await validation.flaws_of(
            reads.outlines, reads.quizzes, ids, viewer_id=context.viewer_id, now=context.now()
        )


@batch(Rows.VISIBLE)
async def diffs_by_version(
    context: Context, ids: list[RoadmapVersionId], *, against: RoadmapVersionId
) -> list[VersionDiff | None]:
    """Load the differences of each version from one."""
    async with context.open_reads() as reads:
        return await version_diffs.diffs(
            reads.roadmaps,
            reads.nodes,
            reads.outlines,
            [(id_, against) for id_ in ids],
            viewer_id=context.viewer_id,
        )


@batch(Rows.VISIBLE)
async def diffs_of_pairs(
    context: Context, pairs: list[tuple[RoadmapVersionId, RoadmapVersionId]]
) -> list[VersionDiff | None]:
    """Load the difference of the first version of each pair from the second."""
    async with context.open_reads() as reads:
        return await version_diffs.diffs(
            reads.roadmaps, reads.nodes, reads.outlines, pairs, viewer_id=context.viewer_id
        )


@batch(Rows.VISIBLE)
async def edges_by_version(context: Context, ids: list[RoadmapVersionId]) -> list[list[PrerequisiteEdge]]:
    """Load the edges of each version."""
    async with context.open_reads() as reads:
        return await reads.nodes.edges_of(ids, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def prerequisites_by_node(context: Context, ids: list[RoadmapNodeId]) -> list[list[PrerequisiteGroup]]:
    """Load the prerequisite groups of each node."""
    async with context.open_reads() as reads:
        return await reads.nodes.groups_of(ids, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def roadmap_nodes_by_id(context: Context, ids: list[RoadmapNodeId]) -> list[RoadmapNode | None]:
    """Load nodes of versions that the viewer may see."""
    async with context.open_reads() as reads:
        return await reads.nodes.by_ids(ids, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def prerequisites_by_id(
    context: Context, ids: list[PrerequisiteGroupId]
) -> list[PrerequisiteGroup | None]:
    """Load prerequisite groups of versions that the viewer may see."""
    async with context.open_reads() as reads:
        return await reads.nodes.groups_by_ids(ids, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def nodes_by_prerequisite(context: Context, ids: list[PrerequisiteGroupId]) -> list[list[RoadmapNode]]:
    """Load the nodes of each prerequisite group."""
    async with context.open_reads() as reads:
        return await reads.nodes.of_groups(ids, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def nodes_by_ids(context: Context, keys: list[tuple[RoadmapNodeId, ...]]) -> list[list[RoadmapNode]]:
    """Load lists of nodes; a key is the ids of one list."""
    wanted = list(dict.fromkeys(id_ for key in keys for id_ in key))
    if not any(keys):
        return [[] for _ in keys]
    async with context.open_reads() as reads:
        found = await reads.nodes.by_ids(wanted, viewer_id=context.viewer_id)
    known = {node.id: node for node in found if node is not None}
    return [[known[id_] for id_ in key if id_ in known] for key in keys]


@batch(Rows.PUBLIC)
async def exam_types_by_code(context: Context, codes: list[str]) -> list[ExamType | None]:
    """Load exam types by their codes."""
    async with context.open_reads() as reads:
        return await reads.exam_types.by_codes(codes)


@batch(Rows.PUBLIC)
async def exam_types_by_id(context: Context, ids: list[ExamTypeId]) -> list[ExamType | None]:
    """Load exam types."""
    async with context.open_reads() as reads:
        return await reads.exam_types.by_ids(ids)


@batch(Rows.PUBLIC)
async def exam_domains_by_id(context: Context, ids: list[ExamDomainId]) -> list[ExamDomain | None]:
    """Load domains of exam types."""
    async with context.open_reads() as reads:
        return await reads.exam_types.domains_by_ids(ids)


@batch(Rows.PUBLIC)
async def domains_by_exam_type(context: Context, ids: list[ExamTypeId]) -> list[list[ExamDomain]]:
    """Load the domains of each exam type, by code."""
    async with context.open_reads() as reads:
        return await reads.exam_types.domains_of(ids)


@batch(Rows.VISIBLE)
async def quizzes_by_id(context: Context, ids: list[QuizId]) -> list[Quiz | None]:
    """Load quizzes; those that were drawn for a learner for that learner alone."""
    async with context.open_reads() as reads:
        return await reads.quizzes.by_ids(ids, viewer_id=context.viewer_id)


@batch(Rows.PUBLIC)
async def quizzes_by_slug(context: Context, slugs: list[str]) -> list[Quiz | None]:
    """Load quizzes by slug."""
    async with context.open_reads() as reads:
        return await reads.quizzes.by_slugs(slugs)
