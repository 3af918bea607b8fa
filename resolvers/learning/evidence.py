"""Resolvers that submit and review evidence."""

from domain.ids import EnrolmentId, EvidenceId, RoadmapNodeId
from domain.learning.evidence import Evidence
from domain.learning.reviews import evidence_reviews, evidence_submissions
from domain.learning.reviews.evidence_reviews import EvidenceVerdict
from domain.learning.reviews.evidence_submissions import EvidenceSubmission
from resolvers.context import Context


async def submit_evidence(
    context: Context,
    *,
    enrolment_id: EnrolmentId,
    node_id: RoadmapNodeId,
    text: str | None = None,
    url: str | None = None,
) -> EvidenceSubmission:
    """Submit evidence for a node of the caller's path."""
    async with context.open_work() as work:
        return await evidence_submissions.submit(
            work, context.act(), enrolment_id=enrolment_id, node_id=node_id, text=text, url=url
        )


async def review_evidence(
    context: Context, *, evidence_id: EvidenceId, verdict: EvidenceVerdict, comment: str | None = None
) -> Evidence:
    """Accept or return evidence of a learner."""
    async with context.open_work() as work:
        return await evidence_reviews.review(
            work,
            context.act(),
            evidence_id=evidence_id,
            verdict=verdict,
            comment=comment,
            public_url=context.ports.public_url,
        )
