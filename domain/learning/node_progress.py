"""Changing the state of a node on a learner's path: begin, finish, skip, take back."""

from domain import local_days
from domain.acts import Act
from domain.content.prerequisites import Step
from domain.content.roadmap_nodes import RoadmapNode
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.gamification import streaks, xp
from domain.gamification.streaks import Activity, ActivityKind
from domain.gamification.xp import XpReason
from domain.ids import EnrolmentId, RoadmapNodeId
from domain.learning import node_changes
from domain.learning.enrolments import Enrolment, LearnerPath, award_for, complete_if_done
from domain.learning.node_changes import NodeChanges
from domain.learning.progress import LockedBecause, NodeState
from domain.learning.work import LearningWork
from domain.refusals import all_at_once


@entity
class NodeChange:
    """An enrolment after a change, with the node that was changed, and all nodes whose state followed."""

    enrolment: Enrolment
    node: RoadmapNode
    node_changes: NodeChanges


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
    work: LearningWork, act: Act, *, enrolment_id: EnrolmentId, node_id: RoadmapNodeId, state: NodeState
) -> NodeChange:
    """Put a node of the actor's path into a state; DONE awards its XP and counts for the streak, the first time only.

    A node that a quiz completes is DONE by hand only while nobody can start the quiz, so that no learner is stuck.
    AVAILABLE takes back what was done and keeps the XP. Raises NotFoundError, InvalidInputError, NodeLockedError or
    NodeCompletedByQuizError.
    """
    with all_at_once() as each:
        with each:
            _check_settable(state)
        enrolment = await work.enrolments.lock(enrolment_id, user_id=act.user_id)
        (path,) = await work.enrolments.paths([enrolment_id], viewer_id=act.user_id)
        if enrolment is None or path is None:
            raise NotFoundError("You have no such enrolment.", field="enrolmentId")
        (node,) = await work.nodes.by_ids([node_id], viewer_id=act.user_id)
        step = next((step for step in path.steps if step.key == node_id), None)
        if node is None or step is None:
            raise NotFoundError("The version that you are enrolled in has no such node.", field="nodeId")
    before = path.standings()[step.key]
    if before.locked_because is not None:
        missing = await work.nodes.by_ids(list(before.locked_because.missing_ids), viewer_id=act.user_id)
        raise NodeLockedError(before.locked_because, [found for found in missing if found is not None])
    if before.state is state:
        return NodeChange(enrolment=enrolment, node=node, node_changes=NodeChanges())
    after = path.with_state([step], _stored(state))
    enrolment = await _change(work, act, enrolment, path, step, state)
    return NodeChange(enrolment=enrolment, node=node, node_changes=node_changes.between(path, after))


def _check_settable(state: NodeState) -> None:
    if state is NodeState.LOCKED:
        raise InvalidInputError("A node cannot be locked; AVAILABLE takes back what was done.", field="state")


def _stored(state: NodeState) -> NodeState | None:
    return None if state is NodeState.AVAILABLE else state


async def _change(
    work: LearningWork, act: Act, enrolment: Enrolment, path: LearnerPath, step: Step, state: NodeState
) -> Enrolment:
    if state is NodeState.DONE and step.quiz_slug is not None:
        quiz = await work.quizzes.by_slug(step.quiz_slug)
        if quiz is not None and quiz.takes_attempts(act.now):
            raise NodeCompletedByQuizError(step.quiz_slug)
    stored = _stored(state)
    await work.enrolments.set_states(enrolment.id, [path.lineages[step.key]], stored, now=act.now)
    if state is NodeState.DONE:
        await _reward(work, act, path, step)
    after = path.with_state([step], stored)
    if after.progress().is_complete:
        await work.progress_checks.note(act.user_id)
    return await complete_if_done(work.enrolments, enrolment, after, now=act.now)


async def _reward(work: LearningWork, act: Act, path: LearnerPath, step: Step) -> None:
    """Award the node and record it for the streak; either happens once per lineage."""
    zone = await work.streaks.zone_of(act.user_id)
    today = local_days.local_date(act.now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)
    earned = await work.xp.earned_on(act.user_id, XpReason.NODE_COMPLETED, today)
    award = award_for(path, step, user_id=act.user_id, earned=earned, occurred_at=act.now, local_date=today)
    activity = Activity(
        user_id=act.user_id,
        kind=ActivityKind.NODE_COMPLETED,
        source_type=award.source_type,
        source_id=award.source_id,
        summary=f"Completed \u201c{step.title}\u201d",
        occurred_at=act.now,
        local_date=today,
        time_zone=zone.time_zone,
    )
    milestones = await streaks.record(work.streaks, activity, is_locked=True)
    await xp.award(work.xp, [award, *milestones], mint=act.mint, emit=work.emit)
