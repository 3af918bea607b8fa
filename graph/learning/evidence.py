"""Types and mutations of evidence."""

from datetime import datetime

import strawberry

from domain.errors import ForbiddenError
from domain.ids import EnrolmentId, EvidenceId, RoadmapNodeId
from domain.learning.evidence import (
    LONGEST_COMMENT,
    LONGEST_EVIDENCE,
    EvidenceState,
    NodeAlreadyDoneError,
    NodeTakesNoEvidenceError,
)
from domain.learning.node_progress import NodeLockedError
from domain.learning.reviews.evidence_reviews import EvidenceReviewedError, EvidenceVerdict
from graph.accounts.users import User
from graph.changed_viewer import changed_viewer
from graph.content.roadmap_nodes import RoadmapNode
from graph.content.roadmaps import Roadmap
from graph.directives import reads_learning, writes_learning
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.fields import attribute, given, loaded_by
from graph.learning.enrolments import Enrolment, NodeChanges
from graph.mutations import mutated_by
from graph.node import Node
from graph.scalars import URL
from resolvers.accounts import loaders as account_loaders
from resolvers.content import loaders as content_loaders
from resolvers.learning import evidence

declare_enum(
    EvidenceState,
    "What became of evidence.",
    SUBMITTED="It waits for a review.",
    ACCEPTED="It completed its node.",
    RETURNED="A reviewer returned it with a comment; another submission takes its place.",
)
declare_enum(
    EvidenceVerdict,
    "What a reviewer decides.",
    ACCEPT="The evidence completes its node.",
    RETURN="The learner has to show more, as the comment says.",
)
declare_error(NodeTakesNoEvidenceError, "Something else than evidence completes the node.")
declare_error(NodeAlreadyDoneError, "The node is done, or evidence for it was accepted before.")
declare_error(EvidenceReviewedError, "The evidence was accepted or returned before.")


@strawberry.type(
    description="What a learner shows for a node. The learner sees it, and who may review it.",
    directives=[*reads_learning()],
)
class Evidence(Node):
    """A text or a link, and what became of it."""

    id: EvidenceId = attribute("The evidence's id, `evidence_...`.")
    node: RoadmapNode | None = loaded_by(
        content_loaders.roadmap_nodes_by_id,
        key="node_id",
        description="The node, in the version in which the learner submitted it.",
    )
    roadmap: Roadmap | None = loaded_by(
        content_loaders.roadmaps_by_id, key="roadmap_id", description="The roadmap of the node."
    )
    learner: User | None = loaded_by(
        account_loaders.users_by_id, key="user_id", description="Who submitted it."
    )
    text: str | None = attribute("What the learner wrote, or null.")
    url: URL | None = attribute("An https address of what the learner made, or null.")
    state: EvidenceState = attribute("What became of it.")
    comment: str | None = attribute("What the reviewer wrote, or null.")
    reviewer: User | None = loaded_by(
        account_loaders.users_by_id,
        key="reviewer_id",
        description="Who reviewed it; null while it waits, and where no review was asked for.",
    )
    submitted_at: datetime = attribute("When it was submitted.")
    reviewed_at: datetime | None = attribute("When it was reviewed, or null.")


@strawberry.input(description="Evidence for a node: a text, a link, or both.")
class SubmitEvidenceInput:
    """A node of an enrolment with evidence."""

    enrolment_id: EnrolmentId = given("The caller's enrolment.", required=True)
    node_id: RoadmapNodeId = given("A node of the version that it is pinned to.", required=True)
    text: str | None = given(
        f"What the caller did: plain text of 1 to {LONGEST_EVIDENCE} characters.", default=None
    )
    url: URL | None = given("An https address of what the caller made.", default=None)


@strawberry.input(description="Evidence with what a reviewer decides.")
class ReviewEvidenceInput:
    """A verdict."""

    evidence_id: EvidenceId = given(
        "Evidence that waits, on a roadmap that the caller works on.", required=True
    )
    verdict: EvidenceVerdict = given("What the caller decides.", required=True)
    comment: str | None = given(
        f"What the learner should know, 1 to {LONGEST_COMMENT} characters; required to return the evidence.",
        default=None,
    )


@strawberry.type
class EvidenceMutations:
    """Mutations of evidence."""

    submit_evidence = mutated_by(
        evidence.submit_evidence,
        input=SubmitEvidenceInput,
        gives={
            "evidence": (Evidence, "The evidence, in place of what was submitted for the node before."),
            "enrolment": (Enrolment, "The enrolment after it."),
            "node": (RoadmapNode, "The node."),
            "node_changes": (NodeChanges, "The nodes whose state is another one now."),
        },
        also=changed_viewer(),
        refuses=(NodeLockedError, NodeTakesNoEvidenceError, NodeAlreadyDoneError),
        rule=writes_learning(),
        description="Submits evidence for a node of the caller's roadmap. Where its `evidenceRule` is REVIEWED, the "
        "node is in progress until a reviewer accepts the evidence; otherwise, and on a roadmap that the caller "
        "writes, it is done at once. A done node earns XP like any other.",
    )
    review_evidence = mutated_by(
        evidence.review_evidence,
        input=ReviewEvidenceInput,
        gives={"evidence": (Evidence, "The evidence as it is now.")},
        refuses=(EvidenceReviewedError, ForbiddenError),
        rule=writes_learning(),
        description="Accepts evidence of a learner, which completes the node for them with its XP, or returns it. The "
        "learner gets a mail. The author and the collaborators of a roadmap review, but nobody their own evidence.",
    )
