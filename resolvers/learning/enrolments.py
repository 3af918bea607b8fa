"""Resolvers of enrolments and of the nodes on a learner's path."""

from domain.accounts.users import Viewer
from domain.content.roadmaps import Roadmap
from domain.ids import EnrolmentId, RoadmapId, RoadmapNodeId, RoadmapVersionId
from domain.learning import enrolment_migrations, enrolments, node_progress
from domain.learning.enrolments import Enrolment
from domain.learning.node_progress import NodeChange
from domain.learning.progress import NodeState
from domain.paging import Page, Window
from resolvers.context import Context


async def viewer_enrolments(viewer: Viewer, context: Context, *, window: Window) -> Page[Enrolment]:
    """Return a page of the caller's enrolments, newest first."""
    async with context.open_reads() as reads:
        return await reads.enrolments.page(viewer.user_id, window)


async def enrol(context: Context, *, roadmap_id: RoadmapId, idempotency_key: str) -> Enrolment:
    """Enrol the caller in a roadmap."""
    async with context.open_work() as work:
        return await enrolments.enrol(
            work.enrolments,
            work.roadmaps,
            work.receipts,
            context.act(),
            roadmap_id=roadmap_id,
            key=idempotency_key,
        )


async def set_node_state(
    context: Context, *, enrolment_id: EnrolmentId, node_id: RoadmapNodeId, state: NodeState
) -> NodeChange:
    """Put a node of the caller's path into a state."""
    async with context.open_work() as work:
        return await node_progress.set_state(
            work, context.act(), enrolment_id=enrolment_id, node_id=node_id, state=state
        )


async def migrate_enrolment(
    context: Context, *, enrolment_id: EnrolmentId, version_id: RoadmapVersionId
) -> Enrolment:
    """Pin an enrolment of the caller's to the current version."""
    async with context.open_work() as work:
        return await enrolment_migrations.migrate(
            work, context.act(), enrolment_id=enrolment_id, version_id=version_id
        )


async def unenrol(context: Context, *, enrolment_id: EnrolmentId) -> Roadmap:
    """Leave a roadmap."""
    async with context.open_work() as work:
        return await enrolment_migrations.leave(work, context.act(), enrolment_id=enrolment_id)
