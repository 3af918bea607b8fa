"""Batches of learning: goals, enrolments and the standings of nodes, all of the viewer alone."""

from domain.content.roadmap_nodes import RoadmapNode
from domain.ids import EnrolmentId, EvidenceId, GoalId, RoadmapId, RoadmapNodeId
from domain.learning import enrolment_migrations, goal_forecasts
from domain.learning.enrolment_migrations import MigrationPreview
from domain.learning.enrolments import Enrolment
from domain.learning.evidence import Evidence
from domain.learning.goal_forecasts import GoalForecast
from domain.learning.goals import Goal, GoalTransition, Measure
from domain.learning.progress import NodeStanding, Progress
from domain.paging import Page, Window
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def goals_by_id(context: Context, ids: list[GoalId]) -> list[Goal | None]:
    """Load the viewer's own goals."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.goals.by_ids(ids, viewer_id=context.user_id, now=context.now())


@batch(Rows.VIEWER)
async def measures_by_goal(context: Context, ids: list[GoalId]) -> list[Measure | None]:
    """Load what the progress of the viewer's own goals is computed from."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.goals.measures(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def history_by_goal(
    context: Context, ids: list[GoalId], *, window: Window
) -> list[Page[GoalTransition]]:
    """Load the transitions of the viewer's own goals, newest first."""
    async with context.open_reads() as reads:
        return await reads.goals.history(ids, window, viewer_id=context.user_id, now=context.now())


@batch(Rows.VIEWER)
async def forecasts_by_goal(context: Context, ids: list[GoalId]) -> list[GoalForecast | None]:
    """Load the forecasts of the viewer's own goals."""
    async with context.open_reads() as reads:
        measures = await reads.goals.measures(ids, viewer_id=context.user_id)
        gains = await reads.goals.gains(ids, viewer_id=context.user_id, now=context.now())
    return [
        None if measure is None else goal_forecasts.forecast(measure, gained)
        for measure, gained in zip(measures, gains, strict=True)
    ]


@batch(Rows.VIEWER)
async def enrolments_by_id(context: Context, ids: list[EnrolmentId]) -> list[Enrolment | None]:
    """Load the viewer's own enrolments."""
    async with context.open_reads() as reads:
        return await reads.enrolments.by_ids(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def enrolments_by_roadmap(context: Context, ids: list[RoadmapId]) -> list[Enrolment | None]:
    """Load the viewer's enrolment in each roadmap."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.enrolments.by_roadmaps(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def standings_by_node(context: Context, ids: list[RoadmapNodeId]) -> list[NodeStanding | None]:
    """Load the standings of nodes for the viewer; None where they did not enrol in that version."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        paths = await reads.enrolments.paths_at(ids, viewer_id=context.user_id)
    distinct = {path.enrolment_id: path for path in paths if path}  # once for each, not for each of its nodes
    standings = {enrolment_id: path.standings() for enrolment_id, path in distinct.items()}
    return [
        standings[path.enrolment_id].get(id_) if path else None for id_, path in zip(ids, paths, strict=True)
    ]


@batch(Rows.VIEWER)
async def progress_by_enrolment(context: Context, ids: list[EnrolmentId]) -> list[Progress | None]:
    """Load the progress of the viewer's enrolments."""
    async with context.open_reads() as reads:
        paths = await reads.enrolments.paths(ids, viewer_id=context.user_id)
    return [path.progress() if path else None for path in paths]


@batch(Rows.VIEWER)
async def previews_by_enrolment(context: Context, ids: list[EnrolmentId]) -> list[MigrationPreview | None]:
    """Load what a migration of the viewer's enrolments would change."""
    async with context.open_reads() as reads:
        return await enrolment_migrations.previews(
            reads.enrolments, reads.migrations, ids, viewer_id=context.user_id
        )


@batch(Rows.VIEWER)
async def next_nodes_by_enrolment(context: Context, ids: list[EnrolmentId]) -> list[list[RoadmapNode]]:
    """Load the nodes that the viewer may continue with."""
    async with context.open_reads() as reads:
        paths = await reads.enrolments.paths(ids, viewer_id=context.user_id)
        wanted = [path.next_nodes() if path else [] for path in paths]
        found = await reads.nodes.by_ids([id_ for each in wanted for id_ in each], viewer_id=context.user_id)
    known = {node.id: node for node in found if node is not None}
    return [[known[id_] for id_ in each if id_ in known] for each in wanted]


@batch(Rows.VIEWER)
async def evidence_by_id(context: Context, ids: list[EvidenceId]) -> list[Evidence | None]:
    """Load evidence that the viewer submitted or may review."""
    async with context.open_reads() as reads:
        return await reads.evidence.by_ids(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def evidence_by_node(context: Context, ids: list[RoadmapNodeId]) -> list[Evidence | None]:
    """Load the viewer's own evidence for nodes."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.evidence.by_nodes(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def waiting_evidence_by_roadmap(
    context: Context, ids: list[RoadmapId], *, window: Window
) -> list[Page[Evidence]]:
    """Load what waits for a review in roadmaps that the viewer may review; none in the others."""
    async with context.open_reads() as reads:
        return await reads.evidence.waiting(ids, window, viewer_id=context.viewer_id)
