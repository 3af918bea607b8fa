"""Answers about enrolments and the nodes on a learner's path."""

from domain import enrolments, nodes
from domain.enrolments import Enrolment
from domain.ids import EnrolmentId, RoadmapId, RoadmapNodeId
from domain.nodes import NodeChange
from domain.paging import Page, Window
from domain.progress import NodeState
from domain.users import Viewer
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
            user_id=context.user_id,
            roadmap_id=roadmap_id,
            key=idempotency_key,
            mint=context.ports.mint,
            now=context.now(),
        )


async def set_node_state(
    context: Context, *, enrolment_id: EnrolmentId, node_id: RoadmapNodeId, state: NodeState
) -> NodeChange:
    """Put a node of the caller's path into a state."""
    async with context.open_work() as work:
        return await nodes.set_state(
            work,
            user_id=context.user_id,
            enrolment_id=enrolment_id,
            node_id=node_id,
            state=state,
            mint=context.ports.mint,
            now=context.now(),
        )
