"""Objects by id: Relay's interface Node."""

from typing import TYPE_CHECKING, Any

import strawberry

from graph.directives import public
from graph.fields import arg, attribute, resolved_by
from resolvers import nodes

if TYPE_CHECKING:
    AnyId = Any
else:
    AnyId = strawberry.ID  # each type narrows it to its own kind, which a checker cannot see in NewTypes


@strawberry.interface(
    description="An object with an id of its own, which `node` finds.", directives=[public()]
)
class Node:
    """Relay's Node."""

    id: AnyId = attribute("The object's id; its prefix names the kind.")


def is_node_of(entity: type[Any], graph_type: type[Any]) -> None:
    """Tell which domain entity stands behind a type that implements Node."""
    graph_type.__strawberry_definition__.is_type_of = lambda value, _info: type(value) is entity


@strawberry.type
class NodeQueries:
    """Root fields that find any object."""

    node: Node | None = resolved_by(
        nodes.node,
        description="The object with this id; null where there is none that the caller may see.",
        rule=public(),
        args={"id": arg(strawberry.ID, "The id of an object.")},
    )
    nodes: list[Node | None] | None = resolved_by(
        nodes.nodes,
        description="The objects with these ids, in their order, null for those that the caller may not see.",
        rule=public(),
        at_most=nodes.MOST_NODES,
        args={"ids": arg(list[strawberry.ID], "Up to 100 ids.")},
    )
