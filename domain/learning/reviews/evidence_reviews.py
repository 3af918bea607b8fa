"""Reviewing evidence: who works on a roadmap accepts it or returns it, and the learner is told."""

from dataclasses import replace
from enum import Enum

from domain import text
from domain.acts import Act
from domain.content.releases.roadmap_rights import Right, may, refusal_of
from domain.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError
from domain.ids import EvidenceId, UserId
from domain.learning import node_progress
from domain.learning.evidence import LONGEST_COMMENT, Evidence, EvidenceState
from domain.learning.progress import NodeState
from domain.learning.reviews.evidence_submissions import step_elsewhere
from domain.learning.reviews.review_work import ReviewWork
from domain.mail import outbox, roadmap_messages
from domain.mail.messages import Recipient


class EvidenceVerdict(Enum):
    """What a reviewer decides."""

    ACCEPT = "ACCEPT"
    RETURN = "RETURN"


class EvidenceReviewedError(DomainError):
    """The evidence was accepted or returned before."""

    code = "EVIDENCE_REVIEWED"


async def review(
    work: ReviewWork,
    act: Act,
    *,
    evidence_id: EvidenceId,
    verdict: EvidenceVerdict,
    comment: str | None,
    public_url: str,
) -> Evidence:
    """Accept evidence, which completes its node with its XP, or return it with a comment; the learner gets a mail.

    Raises NotFoundError, ForbiddenError, EvidenceReviewedError or InvalidInputError.
    """
    comment = _checked(verdict, comment)
    seen = await _reviewable(work, act, evidence_id)
    await work.enrolments.lock(seen.enrolment_id, user_id=seen.user_id)
    evidence = await work.evidence.lock(evidence_id, viewer_id=act.user_id)
    if evidence is None:
        raise NotFoundError("There is no such evidence.", field="evidenceId")
    if evidence.state is not EvidenceState.SUBMITTED:
        raise EvidenceReviewedError("This evidence was reviewed already.", field="evidenceId")
    accepts = verdict is EvidenceVerdict.ACCEPT
    if accepts:
        await _complete(work, act, evidence)
    reviewed = await work.evidence.save(
        replace(
            evidence,
            state=EvidenceState.ACCEPTED if accepts else EvidenceState.RETURNED,
            comment=comment,
            reviewer_id=act.user_id,
            reviewed_at=act.now,
        )
    )
    await _tell(work, act, reviewed, public_url=public_url)
    return reviewed


def _checked(verdict: EvidenceVerdict, comment: str | None) -> str | None:
    if comment is None:
        if verdict is EvidenceVerdict.RETURN:
            raise InvalidInputError(
                "Say in comment what is missing, so that the learner can go on.", field="comment"
            )
        return None
    return text.prose(comment, field="comment", longest=LONGEST_COMMENT, shortest=1)


async def _reviewable(work: ReviewWork, act: Act, evidence_id: EvidenceId) -> Evidence:
    """Return evidence of another learner's on a roadmap that the actor may review."""
    (evidence,) = await work.evidence.by_ids([evidence_id], viewer_id=act.user_id)
    if evidence is None:
        raise NotFoundError("There is no such evidence.", field="evidenceId")
    (roadmap,) = await work.roadmaps.by_ids([evidence.roadmap_id], viewer_id=act.user_id)
    if roadmap is None or not await may(work, act, roadmap, Right.REVIEW):
        raise ForbiddenError(refusal_of(Right.REVIEW), field="evidenceId")
    if evidence.user_id == act.user_id:
        raise ForbiddenError("Another reviewer has to look at your own evidence.", field="evidenceId")
    return evidence


async def _complete(work: ReviewWork, act: Act, evidence: Evidence) -> None:
    """Complete the node for its learner, in the version that they are on now."""
    learner = act.by(evidence.user_id)
    (enrolment,) = await work.enrolments.by_ids([evidence.enrolment_id], viewer_id=evidence.user_id)
    (path,) = await work.enrolments.paths([evidence.enrolment_id], viewer_id=evidence.user_id)
    (node,) = await work.nodes.by_ids([evidence.node_id], viewer_id=evidence.user_id)
    if enrolment is None or path is None or node is None:
        raise NotFoundError("There is no such evidence.", field="evidenceId")
    step = next((each for each in path.steps if path.lineages[each.key] == evidence.lineage_id), None)
    if step is None:
        path, step = step_elsewhere(node, path)
    if path.states.get(step.key) is not NodeState.DONE:
        await node_progress.put_step(work, learner, enrolment, path, step, NodeState.DONE)


async def _tell(work: ReviewWork, act: Act, evidence: Evidence, *, public_url: str) -> None:
    """Send a mail to the learner, where their address is verified."""
    learner_id: UserId = evidence.user_id
    account = await work.roles.account(learner_id, now=act.now)
    (learner,) = await work.users.by_ids([learner_id])
    (node,) = await work.nodes.by_ids([evidence.node_id], viewer_id=learner_id)
    if account is None or learner is None or node is None or not account.email_verified:
        return
    to = Recipient(email=account.email, handle=learner.handle, public_url=public_url)
    is_accepted = evidence.state is EvidenceState.ACCEPTED
    await outbox.post(
        work, act, roadmap_messages.evidence_reviewed(to, step=node.title, is_accepted=is_accepted)
    )
