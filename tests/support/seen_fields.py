"""Seen fields: an asker that notes which fields of the schema have shown a value."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLInterfaceType,
    GraphQLUnionType,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    get_named_type,
    is_leaf_type,
    parse,
    print_ast,
    visit,
)

from domain.accounts.users import Viewer
from graph.schema import executable
from tests.support.list_fields import ListPaths
from tests.support.schema_client import Asker

SCHEMA = executable()
LEFT_OUT = {"Node", "Query", "Bookmarkable", "UpstreamDiff", "EvidenceConnection", "CollaboratorConnection"}
"""Types that a selection of everything leaves out: what they lead to is long, and has scenes of its own."""
_TYPENAME = FieldNode(name=NameNode(value="__typename"))


class _NamesTypes(Visitor):
    """Adds `__typename` to every selection set."""

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        return SelectionSetNode(selections=(*node.selections, _TYPENAME))


@dataclass
class WatchingAsker(Asker):
    """Notes in `seen` each field that has shown anything but null, nothing, no text, zero or false."""

    seen: set[str] = field(default_factory=set)

    async def __call__(self, text: str, viewer: Viewer | None = None, /, **variables: Any) -> dict[str, Any]:
        document = visit(parse(text), _NamesTypes())
        response = await super().__call__(print_ast(document), viewer, **variables)
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        for operation in document.definitions:
            if isinstance(operation, OperationDefinitionNode):
                self._note(operation.selection_set, response.get("data"), fragments)
        return response

    def _note(
        self, selected: SelectionSetNode, value: Any, fragments: dict[str, FragmentDefinitionNode]
    ) -> None:
        if isinstance(value, list):
            for item in value:
                self._note(selected, item, fragments)
        elif isinstance(value, dict):
            for node in _fields(selected, value["__typename"], fragments):
                shown = value.get((node.alias or node.name).value)
                if shown not in (None, [], "", 0, False):
                    self.seen.add(f"{value['__typename']}.{node.name.value}")
                if node.selection_set:
                    self._note(node.selection_set, shown, fragments)


def _fields(
    selected: SelectionSetNode, type_name: str, fragments: dict[str, FragmentDefinitionNode]
) -> Iterator[FieldNode]:
    for node in selected.selections:
        if isinstance(node, FieldNode):
            yield node
            continue
        inner = fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        assert isinstance(inner, FragmentDefinitionNode | InlineFragmentNode)
        condition = inner.type_condition
        if condition is None or _is_a(type_name, condition.name.value):
            yield from _fields(inner.selection_set, type_name, fragments)


def _is_a(type_name: str, condition: str) -> bool:
    wanted = SCHEMA.type_map[condition]
    if isinstance(wanted, GraphQLInterfaceType | GraphQLUnionType):
        return type_name in {each.name for each in SCHEMA.get_possible_types(wanted)}
    return type_name == condition


def everything(type_name: str, depth: int, paths: ListPaths) -> str:
    """Write a selection of all leaves of a type, and of its relations down to a depth."""
    type_: Any = SCHEMA.type_map[type_name]
    if isinstance(type_, GraphQLAbstractType):
        members = sorted(each.name for each in SCHEMA.get_possible_types(type_))
        return "{ " + " ".join(f"... on {name} {everything(name, depth, paths)}" for name in members) + " }"
    parts = ["__typename"]
    for name, inner in type_.fields.items():
        named = get_named_type(inner.type)
        if is_leaf_type(named):
            parts.append(f"{name}{paths.written(type_, name)}")
        elif depth and named.name not in LEFT_OUT:
            parts.append(f"{name}{paths.written(type_, name)} {everything(named.name, depth - 1, paths)}")
    return "{ " + " ".join(parts) + " }"
