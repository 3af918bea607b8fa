"""Surveys: what a validated operation costs and which coordinates it selects, in one memoised pass.

Costs follow IBM's cost specification: an object counts 1 and a leaf nothing, `@cost` says otherwise, and what a list
holds counts as often as `@listSize` says that the list is long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_list_type,
)
from graphql.type import GraphQLNonNull

from domain.paging import DEFAULT_PAGE, LARGEST_PAGE
from graph.costs import ListSize, list_size_of, weight_of, weights_of_arguments
from graph.limits import BEYOND

_UNSAID_LIST = 10
_LEFT_OUT = -1
_Sized = tuple[int, tuple[str, ...]] | None
"""The length that a connection hands down, and the names of the fields that have it."""


@dataclass(slots=True)
class Measure:
    """What a selection costs; `fixed` is the part that does not depend on how many objects there are."""

    cost: int = 0
    fixed: int = 0

    def add(self, other: "Measure") -> None:
        """Add a sibling selection."""
        self.cost = min(BEYOND, self.cost + other.cost)
        self.fixed = min(BEYOND, self.fixed + other.fixed)


class Survey:
    """Walks one operation: measures it and collects the coordinates that it selects; `steps` counts selections.

    A field that is selected through an interface stands for that of every implementation too. `reads` are the
    variables that its answer depends on, `roots` the names of the root fields.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any]) -> None:
        self.coordinates: dict[str, tuple[str, ...]] = {}
        self.reads: set[str] = set()
        self.roots: set[str] = set()
        self.steps = 0
        self._schema = schema
        self._variables = variables
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._measured: dict[tuple[str, _Sized], Measure] = {}
        self._defaults: dict[str, ValueNode] = {}

    def measure(self, operation: OperationDefinitionNode) -> Measure:
        """Measure one operation."""
        for variable in operation.variable_definitions or ():
            if variable.default_value is not None:
                self._defaults[variable.variable.name.value] = variable.default_value
        root = self._schema.get_root_type(operation.operation)
        return self._selections(operation.selection_set, root, None)

    def _selections(self, selections: SelectionSetNode, parent: Any, sized: _Sized) -> Measure:
        total = Measure()
        for node in selections.selections:
            self.steps += 1
            if isinstance(node, FieldNode):
                total.add(self._field(node, parent, sized))
            elif isinstance(node, FragmentSpreadNode):
                total.add(self._fragment(node.name.value, sized))
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                inner = self._schema.get_type(condition.name.value) if condition else parent
                total.add(self._selections(node.selection_set, inner, sized))
        return total

    def _fragment(self, name: str, sized: _Sized) -> Measure:
        known = self._measured.get((name, sized))
        if known is None:
            fragment = self._fragments[name]
            condition = self._schema.get_type(fragment.type_condition.name.value)
            known = self._measured[name, sized] = self._selections(fragment.selection_set, condition, sized)
        return known

    def _field(self, node: FieldNode, parent: Any, sized: _Sized) -> Measure:
        name = node.name.value
        if parent is self._schema.query_type:
            self.roots.add(name)
        field = None if name.startswith("__") else parent.fields.get(name)
        if field is None or parent.name.startswith("__"):
            return Measure()  # graph.introspection reckons what is asked of the schema itself
        self._note(parent, name)
        own = weight_of(field)
        weight = (own or 0) + self._arguments(node, field)
        if node.selection_set is None:
            return Measure(weight, weight)
        length, handed_down = self._length(node, field, sized)
        inner = self._selections(node.selection_set, get_named_type(field.type), handed_down)
        fixed = max(0, weight - (own is not None))
        weight += own is None
        if length > 1:
            return Measure(min(BEYOND, weight + length * (inner.cost + 1)), fixed)
        return Measure(min(BEYOND, weight + inner.cost), fixed + inner.fixed)

    def _arguments(self, node: FieldNode, field: GraphQLField) -> int:
        """Return what the arguments that are given cost."""
        weights = weights_of_arguments(field)
        return sum(weights.get(a.name.value, 0) for a in node.arguments or ()) if weights else 0

    def _length(self, node: FieldNode, field: GraphQLField, sized: _Sized) -> tuple[int, _Sized]:
        """Return how many objects the field yields, and what a connection tells its edges and nodes."""
        said = list_size_of(field)
        asked = self._sliced(node, said) if said else None
        if said is not None and said.sized_fields:
            return 1, (asked or said.assumed_size or DEFAULT_PAGE, tuple(said.sized_fields))
        if not _is_list(field):
            return 1, None
        if sized is not None and node.name.value in sized[1]:
            return sized[0], None
        return asked or (said.assumed_size if said and said.assumed_size else _UNSAID_LIST), None

    def _sliced(self, node: FieldNode, said: ListSize) -> int | None:
        names = said.slicing_arguments or ()
        sizes = [self._size(a.value) for a in node.arguments or () if a.name.value in names]
        asked = [size for size in sizes if size is not None]
        return min(max(1, *asked), BEYOND) if asked else None

    def _size(self, value: ValueNode) -> int | None:
        if isinstance(value, IntValueNode):
            return int(value.value[:10])
        if isinstance(value, ListValueNode):
            return len(value.values)
        if not isinstance(value, VariableNode):
            return None
        name = value.name.value
        self.reads.add(name)
        if name not in self._variables and name in self._defaults:
            return self._size(self._defaults[name])
        return size_of(self._variables.get(name))

    def _note(self, parent: Any, name: str) -> None:
        implementations: tuple[str, ...] = ()
        if isinstance(parent, GraphQLInterfaceType):
            possible = self._schema.get_possible_types(parent)
            implementations = tuple(f"{type_.name}.{name}" for type_ in possible)
        self.coordinates[f"{parent.name}.{name}"] = implementations


def root_fields(document: DocumentNode, operation: OperationDefinitionNode) -> list[str]:
    """Return the root fields of an operation, one for each name in its response; every fragment is read once."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    found: dict[str, str] = {}
    waiting: list[SelectionSetNode] = [operation.selection_set]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                found[(node.alias or node.name).value] = node.name.value
            elif isinstance(node, FragmentSpreadNode):
                fragment = fragments.pop(node.name.value, None)
                waiting += [fragment.selection_set] if fragment else []
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
    return list(found.values())


def size_of(sent: Any) -> int | None:
    """Return what a survey makes of a variable that says how long a list is; the largest page where it cannot tell."""
    if sent is None or isinstance(sent, int):
        return sent
    return len(sent) if isinstance(sent, list) else LARGEST_PAGE


def sizes_of(names: Sequence[str], variables: Mapping[str, Any]) -> tuple[int | None, ...]:
    """Return what a survey makes of several; -1 for one that was left out, which may have a default."""
    return tuple([size_of(variables.get(name, _LEFT_OUT)) for name in names]) if names else ()


def _is_list(field: GraphQLField) -> bool:
    type_ = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    return is_list_type(type_) and is_composite_type(get_named_type(type_))
