"""Node: Relay's interface and root fields for objects by id."""

from typing import TYPE_CHECKING, Any

import strawberry

from graph.directives import public
from graph.fields import arg, attribute, resolved_by
from resolvers import node as resolvers_node

if TYPE_CHECKING:
    AnyId = Any
else:
    AnyId = strawberry.ID  # each type narrows it to its own NewType, which a checker cannot know


@strawberry.interface(description="An object with an id, which `node` finds.", directives=[public()])
class Node:
    """Relay's Node."""

    id: AnyId = attribute("The object's id; its prefix names its kind.")


def is_node_of(entity: type[Any], graph_type: type[Any]) -> None:
    """Bind a type that implements Node to its domain entity."""
    graph_type.__strawberry_definition__.is_type_of = lambda value, _info: type(value) is entity


@strawberry.type
class NodeQueries:
    """The root fields `node` and `nodes`."""

    node: Node | None = resolved_by(
        resolvers_node.node,
        description="The object with this id; null if there is none that the caller may see.",
        rule=public(),
        args={"id": arg(strawberry.ID, "The id of an object.")},
    )
    nodes: list[Node | None] | None = resolved_by(
        resolvers_node.nodes,
        description="The objects with these ids, in their order, null for those that the caller may not see.",
        rule=public(),
        at_most=resolvers_node.MOST_NODES,
        args={"ids": arg(list[strawberry.ID], "Up to 100 ids.")},
    )
