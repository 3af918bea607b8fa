"""Types of the differences between two versions of a roadmap."""

import strawberry

from domain.content.roadmap_nodes import MOST_EDGES, MOST_NODES
from domain.content.version_diffs import MOST_FIELDS
from graph.content.roadmap_nodes import PrerequisiteEdge, RoadmapNode
from graph.directives import public
from graph.fields import attribute, loaded_by
from resolvers.content import loaders


@strawberry.type(description="A node that is in both versions and differs.", directives=[public()])
class NodeDifference:
    """A changed node."""

    before: RoadmapNode | None = loaded_by(
        loaders.roadmap_nodes_by_id, key="before_id", description="The node in the other version."
    )
    after: RoadmapNode | None = loaded_by(
        loaders.roadmap_nodes_by_id, key="after_id", description="The node in this version."
    )
    fields: list[str] = attribute(
        "The names of its fields that differ, like `title` or `prerequisites`.", at_most=MOST_FIELDS, usual=2
    )


@strawberry.type(
    description="What differs between a version and another one; a node is the same where its lineage is.",
    directives=[public()],
)
class VersionDiff:
    """The differences of two versions."""

    added: list[RoadmapNode] | None = loaded_by(
        loaders.nodes_by_ids,
        key="added_ids",
        description="The nodes that only this version has.",
        at_most=MOST_NODES,
        usual=10,
    )
    removed: list[RoadmapNode] | None = loaded_by(
        loaders.nodes_by_ids,
        key="removed_ids",
        description="The nodes that only the other version has.",
        at_most=MOST_NODES,
        usual=10,
    )
    moved: list[RoadmapNode] | None = loaded_by(
        loaders.nodes_by_ids,
        key="moved_ids",
        description="The fewest nodes that have to move for all others to have the same order in both.",
        at_most=MOST_NODES,
        usual=10,
    )
    changed: list[NodeDifference] = attribute(
        "The nodes of both whose content or prerequisites differ.", at_most=MOST_NODES, usual=10
    )
    added_edges: list[PrerequisiteEdge] = attribute(
        "The edges that only this version has, by the ids of its nodes.", at_most=MOST_EDGES, usual=10
    )
    removed_edges: list[PrerequisiteEdge] = attribute(
        "The edges that only the other version has, by the ids of its nodes.", at_most=MOST_EDGES, usual=10
    )
