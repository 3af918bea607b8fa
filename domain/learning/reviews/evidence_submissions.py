"""Submitting evidence: it completes its node at once, or waits for a review."""

from domain.acts import Act
from domain.content.prerequisites import Step
from domain.content.roadmap_nodes import EvidenceRule, RoadmapNode
from domain.entities import entity
from domain.ids import EnrolmentId, EvidenceId, RoadmapNodeId
from domain.learning import evidence, node_changes, node_progress
from domain.learning.enrolments import Enrolment, LearnerPath
from domain.learning.evidence import (
    Evidence,
    EvidenceState,
    NodeAlreadyDoneError,
    NodeTakesNoEvidenceError,
)
from domain.learning.node_changes import NodeChanges
from domain.learning.node_progress import NodeOnPath
from domain.learning.progress import NodeState
from domain.learning.work import LearningWork


@entity
class EvidenceSubmission:
    """Evidence that was submitted, with the enrolment and the nodes whose state followed."""

    evidence: Evidence
    enrolment: Enrolment
    node: RoadmapNode
    node_changes: NodeChanges


async def submit(
    work: LearningWork,
    act: Act,
    *,
    enrolment_id: EnrolmentId,
    node_id: RoadmapNodeId,
    text: str | None,
    url: str | None,
) -> EvidenceSubmission:
    """Submit evidence for a node of the actor's path, in place of what they submitted for it before.

    Where the node asks for a review, and the actor did not write the roadmap, the node is in progress until the
    evidence is accepted; else it is done, with its XP. Accepted evidence is not submitted for review again. Raises
    NotFoundError, NodeLockedError, NodeTakesNoEvidenceError, NodeAlreadyDoneError, or InvalidInputErrors.
    """
    text, url = evidence.checked(text, url)
    at = await node_progress.on_path(work, act, enrolment_id, node_id)
    rule = _rule(at)
    is_reviewed = rule is EvidenceRule.REVIEWED and not at.path.is_own
    lineage = at.path.lineages[node_id]
    if is_reviewed and await work.evidence.is_accepted(enrolment_id, lineage):
        raise NodeAlreadyDoneError(
            "Your evidence for this node was accepted; set its state to DONE instead.", field="nodeId"
        )
    saved = await work.evidence.save(
        Evidence(
            id=EvidenceId(act.mint("evidence")),
            enrolment_id=enrolment_id,
            roadmap_id=at.enrolment.roadmap_id,
            node_id=node_id,
            lineage_id=lineage,
            user_id=act.user_id,
            text=text,
            url=url,
            state=EvidenceState.SUBMITTED if is_reviewed else EvidenceState.ACCEPTED,
            comment=None,
            reviewer_id=None,
            submitted_at=act.now,
            reviewed_at=None,
        )
    )
    state = NodeState.IN_PROGRESS if is_reviewed else NodeState.DONE
    enrolment = await node_progress.put(work, act, at, state)
    after = at.path.with_state([at.step], state)
    return EvidenceSubmission(
        evidence=saved,
        enrolment=enrolment,
        node=at.node,
        node_changes=node_changes.between(at.path, after),
    )


def _rule(at: NodeOnPath) -> EvidenceRule:
    """Return the rule of a node that evidence can complete now."""
    if at.node.evidence_rule is None:
        raise NodeTakesNoEvidenceError(
            "This node is not completed by evidence; look at its `completion`.", field="nodeId"
        )
    if at.standing.state is NodeState.DONE:
        raise NodeAlreadyDoneError(
            "This node is done already; there is nothing left to show.", field="nodeId"
        )
    return at.node.evidence_rule


def step_elsewhere(node: RoadmapNode, path: LearnerPath) -> tuple[LearnerPath, Step]:
    """Return a step for a node that the pinned version lacks, and the path with its lineage."""
    step = Step(
        key=node.id,
        title=node.title,
        weight=node.weight,
        optional=node.optional,
        quiz_slug=node.quiz_slug,
        needs=[],
    )
    return path.with_lineage(node.id, node.lineage_id), step
