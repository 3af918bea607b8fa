"""Types of roadmap nodes, with their prerequisites and their state for the caller."""

from typing import Annotated

import strawberry

from domain.accounts.scopes import Scope
from domain.content.prerequisites import PrerequisiteMode
from domain.content.questions import Difficulty
from domain.content.roadmap_nodes import (
    MOST_GROUPS,
    MOST_NODES,
    MOST_RESOURCES,
    Completion,
    EvidenceRule,
    NodeKind,
)
from domain.ids import LineageId, PrerequisiteGroupId, RoadmapNodeId
from domain.learning.progress import NodeState
from graph.bookmarkable import Bookmarkable
from graph.cache_control import kept
from graph.content.quizzes import Quiz
from graph.directives import public, requires_scopes
from graph.enums import declare_enum
from graph.fields import attribute, loaded_by
from graph.node import Node
from graph.scalars import URL
from resolvers.bookmarks import loaders as bookmark_loaders
from resolvers.content import loaders
from resolvers.learning import loaders as learning_loaders

_OWN = (public(), requires_scopes(Scope.READ_LEARNING))
USUAL_MEMBERS = 4
"""A version has at most 20 000 edges on 5 000 nodes, so 4 a node; the cost of a selection is computed with that."""

declare_enum(
    NodeKind,
    "What a node asks of the learner.",
    CONCEPT="To learn something.",
    EXERCISE="To do something.",
    READING="To read or watch something.",
    QUIZ="To answer questions.",
    PROJECT="To build something.",
)
declare_enum(
    Completion,
    "What completes a node.",
    CHECKBOX="The learner ticks it.",
    QUIZ="The learner passes its quiz.",
    EVIDENCE="The learner shows what they did, with `submitEvidence`.",
)
declare_enum(
    EvidenceRule,
    "What becomes of the evidence for a node.",
    ACCEPTED_AT_ONCE="It completes the node.",
    REVIEWED="The author of the roadmap or a collaborator looks at it first, and accepts or returns it.",
)
declare_enum(
    PrerequisiteMode,
    "How many nodes of a prerequisite group are needed.",
    ALL="Every one.",
    ANY="Any one.",
    K_OF_N="At least `k` of them.",
)
declare_enum(
    NodeState,
    "The state of a node for a learner.",
    LOCKED="Prerequisites are missing; `lockedBecause` names them.",
    AVAILABLE="It can be started.",
    IN_PROGRESS="The learner started it.",
    DONE="The learner completed it.",
    SKIPPED="The learner skipped it. Nodes that need it are open, but the roadmap is not complete without it.",
)


@strawberry.type(description="Something to read or watch.", directives=[public(), kept(300)])
class RoadmapResource:
    """A link."""

    title: str = attribute("What the link leads to.")
    url: URL = attribute("An https address.")


@strawberry.type(description="One node is a prerequisite of another.", directives=[public(), kept(300)])
class PrerequisiteEdge:
    """An edge, by the ids of its ends."""

    from_id: RoadmapNodeId = attribute("The id of the prerequisite.", name="from")
    to_id: RoadmapNodeId = attribute("The id of the node that needs it.", name="to")


@strawberry.type(
    description="Nodes of which some or all are prerequisites of another node.",
    directives=[public(), kept(300)],
)
class PrerequisiteGroup(Node):
    """A group of prerequisites."""

    id: PrerequisiteGroupId = attribute("The group's id, `prerequisite_...`.")
    mode: PrerequisiteMode = attribute("How many of its nodes are needed.")
    k: int | None = attribute("How many are needed if the mode is K_OF_N, else null.")
    nodes: list[Annotated["RoadmapNode", strawberry.lazy("graph.content.roadmap_nodes")]] | None = loaded_by(
        loaders.nodes_by_prerequisite,
        key="id",
        description="The nodes of the group, in the author's order.",
        at_most=MOST_NODES,
        usual=USUAL_MEMBERS,
    )


@strawberry.type(
    description="Where a client can draw a node: in layers from the first steps to the last.",
    directives=[public(), kept(300)],
)
class NodeLayout:
    """A place in a layered drawing."""

    layer: int = attribute("The layer, from 0; every prerequisite is in a lower one.")
    order: int = attribute("The place within the layer, from 0, chosen so that few edges cross.")


@strawberry.type(description="Why a node is locked for the caller.", directives=[public()])
class LockedBecause:
    """The missing prerequisites."""

    message: str = attribute("A sentence that says what to complete first.")
    missing: list[Annotated["RoadmapNode", strawberry.lazy("graph.content.roadmap_nodes")]] | None = (
        loaded_by(
            loaders.nodes_by_ids,
            key="missing_ids",
            description="The prerequisites that are neither done nor skipped.",
            at_most=MOST_NODES,
            usual=USUAL_MEMBERS,
        )
    )


@strawberry.type(description="A node of one version of a roadmap.", directives=[public(), kept(300)])
class RoadmapNode(Bookmarkable):
    """A node."""

    id: RoadmapNodeId = attribute("The node's id, `node_...`; each version has nodes of its own.")
    lineage_id: LineageId = attribute(
        "An id that is the same in every version of the roadmap, and in its forks; it earns XP once."
    )
    key: str | None = loaded_by(
        loaders.keys_by_node,
        key="id",
        description="The author's short name for it, unique in the roadmap and the same in every version.",
    )
    title: str = attribute("The title.")
    description: str = attribute("What the learner will be able to do.")
    kind: NodeKind = attribute("What the node asks of the learner.")
    weight: int = attribute("The weight of the node in the progress, from 1.")
    optional: bool = attribute("Whether the roadmap can be complete without it.")
    difficulty: Difficulty | None = attribute("The author's estimate of the difficulty, or null.")
    minutes: int | None = attribute("The author's estimate of the time in minutes, or null.")
    layout: NodeLayout | None = attribute(
        "Where a client can draw it; null in drafts, and in versions of before layouts were stored."
    )
    my_note: Annotated["Note", strawberry.lazy("graph.bookmarks.bookmarks")] | None = loaded_by(  # type: ignore[name-defined]  # noqa: F821 - it refers back to this module
        bookmark_loaders.notes_by_lineage,
        key="lineage_id",
        description="The caller's newest private note on the step, in whichever version or fork they wrote it; null if "
        "there is none. `viewerNote` has the one of this version.",
        rule=_OWN,
    )
    resources: list[RoadmapResource] = attribute("What to read or watch.", at_most=MOST_RESOURCES, usual=2)
    completion: Completion = attribute("What completes it.")
    quiz_slug: str | None = attribute("The slug of the quiz that completes it, or null.")
    evidence_rule: EvidenceRule | None = attribute(
        "What becomes of the evidence that completes it; null where something else does."
    )
    quiz: Quiz | None = loaded_by(
        loaders.quizzes_by_slug,
        key="quiz_slug",
        description="The quiz that completes it; null without one, or while no quiz has that slug.",
    )
    prerequisites: list[PrerequisiteGroup] | None = loaded_by(
        loaders.prerequisites_by_node,
        key="id",
        description="Its groups of prerequisites; each group must be met.",
        at_most=MOST_GROUPS,
        usual=1,
    )
    viewer_state: NodeState | None = loaded_by(
        learning_loaders.standings_by_node,
        key="id",
        pick="state",
        description="The state of the node for the caller; null unless they are enrolled in this version.",
    )
    my_evidence: Annotated["Evidence", strawberry.lazy("graph.learning.evidence")] | None = loaded_by(  # type: ignore[name-defined]  # noqa: F821 - it refers back to this module
        learning_loaders.evidence_by_node,
        key="id",
        description="What the caller submitted for the node, also in another version of the roadmap; null if nothing.",
        rule=_OWN,
    )
    locked_because: LockedBecause | None = loaded_by(
        learning_loaders.standings_by_node,
        key="id",
        pick="locked_because",
        description="Why the node is locked for the caller; null if it is not locked.",
    )
