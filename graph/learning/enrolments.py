"""Types and mutations of enrolments and of node states."""

from datetime import datetime

import strawberry

from domain.content.roadmap_nodes import MOST_NODES
from domain.errors import IdempotencyKeyReusedError
from domain.ids import EnrolmentId, RoadmapId, RoadmapNodeId
from domain.learning.enrolments import NEXT_NODES, RoadmapNotPublishedError
from domain.learning.node_progress import (
    NodeCompletedByEvidenceError,
    NodeCompletedByQuizError,
    NodeLockedError,
)
from domain.learning.progress import NodeState
from graph.changed_viewer import changed_viewer
from graph.content.roadmap_nodes import USUAL_MEMBERS, RoadmapNode
from graph.content.roadmaps import Roadmap, RoadmapVersion
from graph.directives import reads_learning, writes_learning
from graph.errors import UserError, declare_error
from graph.fields import attribute, given, loaded_by
from graph.mutations import mutated_by
from graph.node import Node
from resolvers.content import loaders as content_loaders
from resolvers.learning import enrolments, loaders


@strawberry.type
class NodeLockedBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the missing prerequisites to a refusal."""

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
    "Only passing its quiz completes the node.",
    base=NodeCompletedByQuizBase,
)
declare_error(NodeCompletedByEvidenceError, "Only evidence completes the node.")
declare_error(RoadmapNotPublishedError, "No version of the roadmap is published.")


@strawberry.type(
    description="The progress of an enrolment, by the weight of its nodes.", directives=[*reads_learning()]
)
class RoadmapProgress:
    """Progress in whole numbers."""

    percent: int = attribute(
        "The share of the required weight that is done, rounded down. It is 100 only when every required node is done, "
        "and at most 99 with a skipped one."
    )
    done_weight: int = attribute("The weight of the required nodes that are done.")
    required_weight: int = attribute("The weight of the required nodes that are not skipped.")
    done_nodes: int = attribute("How many required nodes are done.")
    required_nodes: int = attribute("How many nodes are required.")
    optional_done: int = attribute("How many optional nodes are done.")
    optional_nodes: int = attribute("How many nodes are optional.")


@strawberry.type(
    description="What a migration to the current version would change.", directives=[*reads_learning()]
)
class MigrationPreview:
    """The nodes of two versions."""

    version: RoadmapVersion | None = loaded_by(
        content_loaders.roadmap_versions_by_id,
        key="version_id",
        description="The current version, to which the enrolment would be pinned.",
    )
    kept: list[RoadmapNode] | None = loaded_by(
        content_loaders.nodes_by_ids,
        key="kept_ids",
        description="The nodes of the current version that the pinned one has too; their state is kept.",
        at_most=MOST_NODES,
        usual=50,
    )
    new: list[RoadmapNode] | None = loaded_by(
        content_loaders.nodes_by_ids,
        key="new_ids",
        description="The nodes of the current version that the pinned one lacks.",
        at_most=MOST_NODES,
        usual=10,
    )
    removed: list[RoadmapNode] | None = loaded_by(
        content_loaders.nodes_by_ids,
        key="removed_ids",
        description="The nodes of the pinned version that the current one lacks; what was done is remembered.",
        at_most=MOST_NODES,
        usual=10,
    )
    newly_locked: list[RoadmapNode] | None = loaded_by(
        content_loaders.nodes_by_ids,
        key="newly_locked_ids",
        description="The kept nodes that are open in the pinned version, and would be locked.",
        at_most=MOST_NODES,
        usual=10,
    )
    progress: RoadmapProgress = attribute("The progress that the caller would have.")


@strawberry.type(
    description="The caller on a roadmap, pinned to the version in which they enrolled.",
    directives=[*reads_learning()],
)
class Enrolment(Node):
    """An enrolment; only its learner sees it."""

    id: EnrolmentId = attribute("The enrolment's id, `enrolment_...`.")
    started_at: datetime = attribute("When the caller enrolled.")
    completed_at: datetime | None = attribute(
        "When every required node was done for the first time, or null; it does not change later."
    )
    roadmap: Roadmap | None = loaded_by(
        content_loaders.roadmaps_by_id, key="roadmap_id", description="The roadmap."
    )
    pinned_version: RoadmapVersion | None = loaded_by(
        content_loaders.roadmap_versions_by_id,
        key="version_id",
        description="The version that the caller enrolled in; later versions do not change it.",
    )
    migration_preview: MigrationPreview | None = loaded_by(
        loaders.previews_by_enrolment,
        key="id",
        description="What `migrateEnrolment` would change; null while the pinned version is the current one, or the "
        "roadmap has none.",
    )
    progress: RoadmapProgress | None = loaded_by(
        loaders.progress_by_enrolment, key="id", description="The caller's progress."
    )
    next_nodes: list[RoadmapNode] | None = loaded_by(
        loaders.next_nodes_by_enrolment,
        key="id",
        description="The nodes to continue with: those in progress, then available ones, required ones first.",
        at_most=NEXT_NODES,
    )


@strawberry.type(
    description="The nodes of the caller's roadmaps whose state a mutation has changed.",
    directives=[*reads_learning()],
)
class NodeChanges:
    """Nodes that are done, open or locked since a change."""

    completed: list[RoadmapNode] | None = loaded_by(
        content_loaders.nodes_by_ids,
        key="completed_ids",
        description="The nodes that are done now.",
        at_most=MOST_NODES,
        usual=USUAL_MEMBERS,
    )
    unlocked: list[RoadmapNode] | None = loaded_by(
        content_loaders.nodes_by_ids,
        key="unlocked_ids",
        description="The nodes that were locked and can be started now.",
        at_most=MOST_NODES,
        usual=USUAL_MEMBERS,
    )
    locked: list[RoadmapNode] | None = loaded_by(
        content_loaders.nodes_by_ids,
        key="locked_ids",
        description="The nodes that are locked again, because a prerequisite was taken back.",
        at_most=MOST_NODES,
        usual=USUAL_MEMBERS,
    )


@strawberry.input(description="The roadmap to enrol in.")
class EnrolInput:
    """A roadmap with a key."""

    roadmap_id: RoadmapId = given("The roadmap.", required=True)
    idempotency_key: str = given("A key that the client makes; the same key enrols once.", required=True)


@strawberry.input(description="A node and its new state.")
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
        also=changed_viewer(),
        refuses=(RoadmapNotPublishedError, IdempotencyKeyReusedError),
        rule=writes_learning(),
        description="Enrols the caller in the current version of a roadmap, or returns the existing enrolment.",
    )
    set_node_state = mutated_by(
        enrolments.set_node_state,
        input=SetNodeStateInput,
        gives={
            "enrolment": (Enrolment, "The enrolment after the change."),
            "node": (RoadmapNode, "The node that was changed."),
            "node_changes": (NodeChanges, "The nodes whose state is another one now."),
        },
        also=changed_viewer(),
        refuses=(NodeLockedError, NodeCompletedByQuizError, NodeCompletedByEvidenceError),
        rule=writes_learning(),
        description="Sets the state of a node of the caller's roadmap. DONE awards XP, once for each lineage, and "
        "counts for the streak; taking it back keeps the XP. A node that a quiz completes can be set DONE only where "
        "the caller has passed the quiz, or while it is withdrawn or closed, and one that evidence completes only "
        "after evidence was accepted.",
    )
