"""Changing the state of a node on a learner's path: begin, finish, skip, take back."""

from datetime import datetime

from domain import local_days
from domain.acts import Act
from domain.content.prerequisites import Step
from domain.content.roadmap_nodes import RoadmapNode
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.gamification import streaks, xp
from domain.gamification.streaks import Activity, ActivityKind, UserZone
from domain.gamification.xp import XpReason
from domain.ids import EnrolmentId, RoadmapNodeId, UserId
from domain.learning import node_changes
from domain.learning.enrolments import SOURCE_TYPE, Enrolment, LearnerPath, award_for, complete_if_done
from domain.learning.node_changes import NodeChanges
from domain.learning.progress import LockedBecause, NodeStanding, NodeState
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


class NodeCompletedByEvidenceError(DomainError):
    """Only evidence completes the node."""

    code = "NODE_COMPLETED_BY_EVIDENCE"


@entity
class NodeOnPath:
    """A node of a learner's path that is not locked, with its enrolment, which is."""

    enrolment: Enrolment
    path: LearnerPath
    node: RoadmapNode
    step: Step
    standing: NodeStanding


async def set_state(
    work: LearningWork, act: Act, *, enrolment_id: EnrolmentId, node_id: RoadmapNodeId, state: NodeState
) -> NodeChange:
    """Put a node of the actor's path into a state; DONE awards its XP and counts for the streak, the first time only.

    A node that a quiz completes is DONE by hand only where the learner has passed the quiz, or while nobody can start
    it, so that no learner is stuck; one that evidence completes only where evidence was accepted before. AVAILABLE
    takes back what was done and keeps the XP. Raises NotFoundError, InvalidInputError, NodeLockedError,
    NodeCompletedByQuizError or NodeCompletedByEvidenceError.
    """
    with all_at_once() as each:
        with each:
            check_settable(state)
        at = await on_path(work, act, enrolment_id, node_id)
    if at.standing.state is state:
        return NodeChange(enrolment=at.enrolment, node=at.node, node_changes=NodeChanges())
    if state is NodeState.DONE:
        await refuse_tick(work, act, at)
    enrolment = await put(work, act, at, state)
    after = at.path.with_state([at.step], _stored(state))
    return NodeChange(enrolment=enrolment, node=at.node, node_changes=node_changes.between(at.path, after))


async def on_path(
    work: LearningWork, act: Act, enrolment_id: EnrolmentId, node_id: RoadmapNodeId
) -> NodeOnPath:
    """Return a node of the actor's path; its enrolment is locked. Raises NotFoundError or NodeLockedError."""
    enrolment = await work.enrolments.lock(enrolment_id, user_id=act.user_id)
    (path,) = await work.enrolments.paths([enrolment_id], viewer_id=act.user_id)
    if enrolment is None or path is None:
        raise NotFoundError("You have no such enrolment.", field="enrolmentId")
    (node,) = await work.nodes.by_ids([node_id], viewer_id=act.user_id)
    step = next((step for step in path.steps if step.key == node_id), None)
    if node is None or step is None:
        raise NotFoundError("The version that you are enrolled in has no such node.", field="nodeId")
    standing = path.standings()[step.key]
    if standing.locked_because is not None:
        missing = await work.nodes.by_ids(list(standing.locked_because.missing_ids), viewer_id=act.user_id)
        raise NodeLockedError(standing.locked_because, [found for found in missing if found is not None])
    return NodeOnPath(enrolment=enrolment, path=path, node=node, step=step, standing=standing)


async def put(work: LearningWork, act: Act, at: NodeOnPath, state: NodeState) -> Enrolment:
    """Store the state of a node of the actor's path, with what follows from it."""
    return await put_step(work, act, at.enrolment, at.path, at.step, state)


async def put_step(
    work: LearningWork, act: Act, enrolment: Enrolment, path: LearnerPath, step: Step, state: NodeState
) -> Enrolment:
    """Store the state of a step of the actor's; DONE awards it and may complete the enrolment."""
    stored = _stored(state)
    await work.enrolments.set_states(enrolment.id, [path.lineages[step.key]], stored, now=act.now)
    if state is NodeState.DONE:
        await _reward(work, act, path, step)
    after = path.with_state([step], stored)
    return await complete_if_done(work.enrolments, enrolment, after, now=act.now)


def check_settable(state: NodeState) -> None:
    """Refuse a state that no learner sets."""
    if state is NodeState.LOCKED:
        raise InvalidInputError("A node cannot be locked; AVAILABLE takes back what was done.", field="state")


def _stored(state: NodeState) -> NodeState | None:
    return None if state is NodeState.AVAILABLE else state


async def refuse_tick(work: LearningWork, act: Act, at: NodeOnPath) -> None:
    """Refuse to finish a node by hand that something else completes."""
    slug = at.step.quiz_slug
    quiz = None if slug is None else await work.quizzes.by_slug(slug)
    if (
        slug is not None
        and quiz is not None
        and quiz.takes_attempts(act.now)
        and not await work.evidence.has_passed(act.user_id, slug)
    ):
        raise NodeCompletedByQuizError(slug)
    lineage = at.path.lineages[at.step.key]
    if at.node.evidence_rule is not None and not await work.evidence.is_accepted(at.enrolment.id, lineage):
        raise NodeCompletedByEvidenceError(
            "Evidence completes this node; send it with submitEvidence.", field="nodeId"
        )


def activity_of(user_id: UserId, path: LearnerPath, step: Step, *, zone: UserZone, at: datetime) -> Activity:
    """Return what a step that was done at a moment is for the streak; it counts once per lineage."""
    return Activity(
        user_id=user_id,
        kind=ActivityKind.NODE_COMPLETED,
        source_type=SOURCE_TYPE,
        source_id=path.lineages[step.key],
        summary=f"Completed \u201c{step.title}\u201d",
        occurred_at=at,
        local_date=local_days.local_date(at, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour),
        time_zone=zone.time_zone,
    )


async def _reward(work: LearningWork, act: Act, path: LearnerPath, step: Step) -> None:
    """Award the node and record it for the streak; either happens once per lineage."""
    zone = await work.streaks.zone_of(act.user_id)
    activity = activity_of(act.user_id, path, step, zone=zone, at=act.now)
    today = activity.local_date
    earned = await work.xp.earned_on(act.user_id, XpReason.NODE_COMPLETED, today)
    award = award_for(path, step, user_id=act.user_id, earned=earned, occurred_at=act.now, local_date=today)
    milestones = await streaks.record(work.streaks, activity, is_locked=True)
    awards = milestones if award is None else [award, *milestones]
    await xp.award(work.xp, awards, mint=act.mint, emit=work.emit)
