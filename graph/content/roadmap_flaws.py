"""Flaws of roadmaps: what keeps a draft from being published."""

import strawberry

from domain.content.prerequisites import FlawKind
from graph.directives import public
from graph.enums import declare_enum
from graph.fields import attribute

declare_enum(
    FlawKind,
    "What keeps a roadmap from being published.",
    CYCLE="Nodes are prerequisites of each other.",
    DANGLING="A prerequisite is not in the roadmap.",
    UNREACHABLE="A required node can never become available.",
    NOTHING_REQUIRED="Every node is optional, so the roadmap could never be completed.",
    UNKNOWN_QUIZ="The quiz that completes a node does not exist.",
    FOREIGN_QUIZ="The quiz that completes a node belongs to another author.",
    CLOSED_QUIZ="The quiz that completes a node is closed.",
    WITHDRAWN_QUIZ="The quiz that completes a node is withdrawn.",
)


@strawberry.type(description="One flaw of a draft.", directives=[public()])
class RoadmapFlaw:
    """Why a draft cannot be published."""

    kind: FlawKind = attribute("The kind of flaw.")
    key: str = attribute("The key of the node at fault; empty for the roadmap as a whole.")
    message: str = attribute("A sentence that names every node involved.")
