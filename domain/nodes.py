"""Nodes on a learner's path: beginning, finishing, skipping and un-checking one."""

from datetime import datetime

from domain import days, streaks, xp
from domain.enrolments import Enrolment, LearnerPath, award_for, marked, settle
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.ids import EnrolmentId, Mint, RoadmapNodeId, UserId
from domain.prerequisites import Step
from domain.progress import LockedBecause, NodeState
from domain.roadmaps import RoadmapNode
from domain.streaks import Activity, ActivityKind
from domain.work import Work


@entity
class NodeChange:
    """An enrolment after a change, with the node that was changed."""

    enrolment: Enrolment
    node: RoadmapNode


class NodeLockedError(DomainError):
    """Prerequisites of the node are missing; `missing` names them."""

    code = "NODE_LOCKED"

    def __init__(self, because: LockedBecause, missing: list[RoadmapNode]) -> None:
        super().__init__(f"This node is locked. {because.message}", field="nodeId")
        self.missing = missing


class NodeCompletedByQuizError(DomainError):
    """Only passing its quiz completes the node."""

    code = "NODE_COMPLETED_BY_QUIZ"

    def __init__(self, quiz_slug: str) -> None:
        super().__init__("Only passing its quiz completes this node; take the quiz.", field="nodeId")
        self.quiz_slug = quiz_slug


async def set_state(
    work: Work,
    *,
    user_id: UserId,
    enrolment_id: EnrolmentId,
    node_id: RoadmapNodeId,
    state: NodeState,
    mint: Mint,
    now: datetime,
) -> NodeChange:
    """Put a node into a state; DONE awards its XP and counts for the streak, the first time only.

    AVAILABLE takes back what was done and keeps the XP. Raises NotFoundError, InvalidInputError, NodeLockedError or
    NodeCompletedByQuizError.
    """
    if state is NodeState.LOCKED:
        raise InvalidInputError("A node cannot be locked; AVAILABLE takes back what was done.", field="state")
    enrolment = await work.enrolments.holding(enrolment_id, user_id=user_id)
    (path,) = await work.enrolments.paths([enrolment_id], viewer_id=user_id)
    if enrolment is None or path is None:
        raise NotFoundError("You have no such enrolment.", field="enrolmentId")
    (node,) = await work.nodes.by_ids([node_id], viewer_id=user_id)
    step = next((step for step in path.steps if step.key == node_id), None)
    if node is None or step is None:
        raise NotFoundError("The version that you are enrolled in has no such node.", field="nodeId")
    before = path.standings()[step.key]
    if before.locked_because is not None:
        missing = await work.nodes.by_ids(list(before.locked_because.missing_ids), viewer_id=user_id)
        raise NodeLockedError(before.locked_because, [found for found in missing if found is not None])
    if before.state is not state:
        enrolment = await _change(work, enrolment, path, step, state, mint=mint, now=now)
    return NodeChange(enrolment=enrolment, node=node)


async def _change(
    work: Work,
    enrolment: Enrolment,
    path: LearnerPath,
    step: Step,
    state: NodeState,
    *,
    mint: Mint,
    now: datetime,
) -> Enrolment:
    if state is NodeState.DONE and step.quiz_slug is not None:
        raise NodeCompletedByQuizError(step.quiz_slug)
    kept = None if state is NodeState.AVAILABLE else state
    await work.enrolments.mark(enrolment.id, [path.lineages[step.key]], kept, now=now)
    if state is NodeState.DONE:
        await _reward(work, enrolment, path, step, mint=mint, now=now)
    return await settle(work.enrolments, enrolment, marked(path, [step], kept), now=now)


async def _reward(
    work: Work, enrolment: Enrolment, path: LearnerPath, step: Step, *, mint: Mint, now: datetime
) -> None:
    """Award the node and record it for the streak; either happens once per lineage."""
    zone = await work.streaks.zone_of(enrolment.user_id)
    today = days.local_date(now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)
    award = award_for(path, step, user_id=enrolment.user_id, occurred_at=now, local_date=today)
    activity = Activity(
        user_id=enrolment.user_id,
        kind=ActivityKind.NODE_COMPLETED,
        source_type=award.source_type,
        source_id=award.source_id,
        summary=f"Completed \u201c{step.title}\u201d",
        occurred_at=now,
        local_date=today,
        time_zone=zone.time_zone,
    )
    milestones = await streaks.record(work.streaks, activity, held=True)
    await xp.award(work.xp, [award, *milestones], mint=mint, emit=work.emit)
