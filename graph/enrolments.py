"""Enrolments: the caller on a roadmap, and the nodes that they tick."""

from datetime import datetime

import strawberry

from domain.enrolments import NEXT_NODES, RoadmapNotPublishedError
from domain.errors import IdempotencyKeyReusedError
from domain.ids import EnrolmentId, RoadmapId, RoadmapNodeId
from domain.imports.roadmap_plans import MOST_NODES
from domain.nodes import NodeCompletedByQuizError, NodeLockedError
from domain.progress import NodeState
from graph.directives import reads_learning, writes_learning
from graph.errors import UserError, declare_error
from graph.fields import attribute, given, loaded_by
from graph.mutations import mutated_by
from graph.roadmap_nodes import USUAL_MEMBERS, RoadmapNode
from graph.roadmaps import Roadmap, RoadmapVersion
from resolvers import enrolments, roadmap_loaders


@strawberry.type
class NodeLockedBase(UserError):  # noqa: N818 - a type of the schema
    """Adds what is missing to a refusal."""

    missing: list[RoadmapNode] = attribute(
        "The prerequisites that are neither done nor skipped.", at_most=MOST_NODES, usual=USUAL_MEMBERS
    )


@strawberry.type
class NodeCompletedByQuizBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the quiz to a refusal."""

    quiz_slug: str = attribute("The slug of the quiz to pass.")


declare_error(
    NodeLockedError, "Prerequisites of the node are missing; `missing` names them.", base=NodeLockedBase
)
declare_error(
    NodeCompletedByQuizError,
    "The node cannot be ticked: only passing its quiz completes it.",
    base=NodeCompletedByQuizBase,
)
declare_error(RoadmapNotPublishedError, "No version of the roadmap is published, so nobody can enrol.")


@strawberry.type(
    description="How far an enrolment is, by the weight of its nodes.",
    directives=[*reads_learning()],
)
class RoadmapProgress:
    """Progress in whole numbers."""

    percent: int = attribute(
        "The share of the required weight that is done, rounded down. 100 only when every required node is done: "
        "with one skipped it stays at 99 at most."
    )
    done_weight: int = attribute("The weight of the required nodes that are done.")
    required_weight: int = attribute("The weight of the required nodes that are not skipped.")
    done_nodes: int = attribute("How many required nodes are done.")
    required_nodes: int = attribute("How many nodes are required.")
    optional_done: int = attribute("How many optional nodes are done.")
    optional_nodes: int = attribute("How many nodes are optional.")


@strawberry.type(
    description="The caller on a roadmap, pinned to the version in which they enrolled.",
    directives=[*reads_learning()],
)
class Enrolment:
    """An enrolment; only its learner sees it."""

    id: EnrolmentId = attribute("The enrolment's id, `enrolment_...`.")
    started_at: datetime = attribute("When the caller enrolled.")
    completed_at: datetime | None = attribute(
        "When every required node was done for the first time, or null; un-checking a node later keeps it."
    )
    roadmap: Roadmap | None = loaded_by(
        roadmap_loaders.roadmaps_by_id, key="roadmap_id", description="The roadmap."
    )
    pinned_version: RoadmapVersion | None = loaded_by(
        roadmap_loaders.roadmap_versions_by_id,
        key="version_id",
        description="The version that the caller follows, whatever is published later.",
    )
    progress: RoadmapProgress | None = loaded_by(
        roadmap_loaders.progress_by_enrolment, key="id", description="How far the caller is."
    )
    next_nodes: list[RoadmapNode] | None = loaded_by(
        roadmap_loaders.next_nodes_by_enrolment,
        key="id",
        description="The nodes to go on with: those begun, then those available, required ones first.",
        at_most=NEXT_NODES,
    )


@strawberry.input(description="The roadmap to enrol in.")
class EnrolInput:
    """A roadmap with a key."""

    roadmap_id: RoadmapId = given("The roadmap.", required=True)
    idempotency_key: str = given("A key of the client's making; the same key enrols once.", required=True)


@strawberry.input(description="The node to change, and the state to put it in.")
class SetNodeStateInput:
    """A node of an enrolment."""

    enrolment_id: EnrolmentId = given("The caller's enrolment.", required=True)
    node_id: RoadmapNodeId = given("A node of the version that it is pinned to.", required=True)
    state: NodeState = given(
        "DONE, IN_PROGRESS or SKIPPED; AVAILABLE takes back what was done. LOCKED cannot be set.",
        required=True,
    )


@strawberry.type
class EnrolmentMutations:
    """Mutations about enrolments."""

    enrol = mutated_by(
        enrolments.enrol,
        input=EnrolInput,
        gives={"enrolment": (Enrolment, "The caller's enrolment.")},
        refuses=(RoadmapNotPublishedError, IdempotencyKeyReusedError),
        rule=writes_learning(),
        description="Enrols the caller in the current version of a roadmap; who is enrolled already stays so.",
    )
    set_node_state = mutated_by(
        enrolments.set_node_state,
        input=SetNodeStateInput,
        gives={
            "enrolment": (Enrolment, "The enrolment after the change."),
            "node": (RoadmapNode, "The node that was changed."),
        },
        refuses=(NodeLockedError, NodeCompletedByQuizError),
        rule=writes_learning(),
        description="Puts a node of the caller's path into a state. DONE awards XP, once for each node's lineage, "
        "and counts for the streak; taking it back keeps the XP.",
    )
