"""Nodes of roadmaps: what a version is made of, and where each stands for the caller."""

from typing import Annotated

import strawberry

from domain.ids import LineageId, PrerequisiteGroupId, RoadmapNodeId
from domain.imports.roadmap_plans import MOST_GROUPS, MOST_NODES, MOST_RESOURCES
from domain.prerequisites import PrerequisiteMode
from domain.progress import NodeState
from domain.questions import Difficulty
from domain.roadmaps import Completion, NodeKind
from graph.caching import kept
from graph.described import declare_enum
from graph.directives import public
from graph.fields import attribute, loaded_by
from graph.quizzes import Quiz
from graph.scalars import URL
from resolvers import loaders, roadmap_loaders

USUAL_MEMBERS = 4
"""A version has at most 2 000 edges on 500 nodes, so 4 a node; the cost of a selection is reckoned with that."""

declare_enum(
    NodeKind,
    "What a node asks of the learner.",
    CONCEPT="To learn something.",
    EXERCISE="To do something.",
    READING="To read or watch something.",
    QUIZ="To answer questions.",
    PROJECT="To build something of one's own.",
)
declare_enum(
    Completion,
    "How a node gets done.",
    CHECKBOX="The learner ticks it.",
    QUIZ="By passing its quiz.",
)
declare_enum(
    PrerequisiteMode,
    "How many nodes of a prerequisite group are needed.",
    ALL="Every one.",
    ANY="Any one.",
    K_OF_N="As many as `k` says.",
)
declare_enum(
    NodeState,
    "Where a node stands for a learner.",
    LOCKED="Prerequisites are missing; `lockedBecause` says which.",
    AVAILABLE="It can be begun.",
    IN_PROGRESS="The learner began it.",
    DONE="The learner completed it.",
    SKIPPED="The learner passes over it; what needs it is open, but the roadmap is not complete without it.",
)


@strawberry.type(description="Something to read or watch.", directives=[public(), kept(300)])
class RoadmapResource:
    """A link."""

    title: str = attribute("What the link leads to.")
    url: URL = attribute("An https address.")


@strawberry.type(description="A node needs another one before it.", directives=[public(), kept(300)])
class PrerequisiteEdge:
    """An edge, by the ids of its ends."""

    from_id: RoadmapNodeId = attribute("The id of the node that is needed.", name="from")
    to_id: RoadmapNodeId = attribute("The id of the node that needs it.", name="to")


@strawberry.type(
    description="Nodes of which some or all are needed before another.", directives=[public(), kept(300)]
)
class PrerequisiteGroup:
    """A group of prerequisites."""

    id: PrerequisiteGroupId = attribute("The group's id, `prerequisite_...`.")
    mode: PrerequisiteMode = attribute("How many of its nodes are needed.")
    k: int | None = attribute("How many are needed where the mode is K_OF_N, else null.")
    nodes: list[Annotated["RoadmapNode", strawberry.lazy("graph.roadmap_nodes")]] | None = loaded_by(
        roadmap_loaders.nodes_by_prerequisite,
        key="id",
        description="The nodes that are needed, in the author's order.",
        at_most=MOST_NODES,
        usual=USUAL_MEMBERS,
    )


@strawberry.type(description="Why a node is locked for the caller.", directives=[public()])
class LockedBecause:
    """What is missing."""

    message: str = attribute("What to complete first, as a sentence.")
    missing: list[Annotated["RoadmapNode", strawberry.lazy("graph.roadmap_nodes")]] | None = loaded_by(
        roadmap_loaders.nodes_by_ids,
        key="missing_ids",
        description="The prerequisites that are neither done nor skipped.",
        at_most=MOST_NODES,
        usual=USUAL_MEMBERS,
    )


@strawberry.type(description="A step of one version of a roadmap.", directives=[public(), kept(300)])
class RoadmapNode:
    """A node."""

    id: RoadmapNodeId = attribute("The node's id, `node_...`; each version has nodes of its own.")
    lineage_id: LineageId = attribute("The same in every version of the roadmap; XP is awarded once for it.")
    title: str = attribute("The title to show.")
    description: str = attribute("What the learner will be able to do.")
    kind: NodeKind = attribute("What the node asks of the learner.")
    weight: int = attribute("How much the node counts for the progress, from 1.")
    optional: bool = attribute("Whether the roadmap is complete without it.")
    difficulty: Difficulty | None = attribute("How hard it is, where the author said so.")
    minutes: int | None = attribute("How long it takes, where the author said so.")
    resources: list[RoadmapResource] = attribute("What to read or watch.", at_most=MOST_RESOURCES, usual=2)
    completion: Completion = attribute("How it gets done.")
    quiz_slug: str | None = attribute("The slug of the quiz that completes it, or null.")
    quiz: Quiz | None = loaded_by(
        loaders.quizzes_by_slug,
        key="quiz_slug",
        description="The quiz that completes it; null where there is none, or none with that slug yet.",
    )
    prerequisites: list[PrerequisiteGroup] | None = loaded_by(
        roadmap_loaders.prerequisites_by_node,
        key="id",
        description="What is needed before it, group by group; every one must be met.",
        at_most=MOST_GROUPS,
        usual=1,
    )
    viewer_state: NodeState | None = loaded_by(
        roadmap_loaders.standings_by_node,
        key="id",
        pick="state",
        description="Where the node stands for the caller; null unless they are enrolled in this version.",
    )
    locked_because: LockedBecause | None = loaded_by(
        roadmap_loaders.standings_by_node,
        key="id",
        pick="locked_because",
        description="Why the node is locked for the caller; null where it is not.",
    )
