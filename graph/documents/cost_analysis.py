"""Cost analysis: the cost of a validated operation and the coordinates it selects, in one memoised pass.

Costs follow IBM's cost specification: an object counts 1 and a leaf 0 unless `@cost` gives another weight, and the
items of a list count as often as the list is long according to `@listSize`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
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
from graph.documents.limits import BEYOND

_DEFAULT_LENGTH = 10
_ABSENT = -1
_Sized = tuple[int, tuple[str, ...]] | None
"""The length that a connection passes to its sized fields, and the names of those."""
_Types = tuple[str, ...] | None
"""The types that an object may have at a place of the document, where the place narrows them."""


class CostAnalysis:
    """Walks one operation: measures its cost and collects the coordinates it selects; `steps` counts selections.

    A field selected through an interface stands for the same field of each type that the object may have there, which
    a fragment on the interface within an object of known type narrows to that one type. `size_variables` are
    the variables that the cost depends on, `roots` the names of the root fields. Neither these nor the coordinates
    depend on the values of variables.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any]) -> None:
        self.coordinates: dict[str, tuple[str, ...]] = {}
        self.size_variables: set[str] = set()
        self.roots: set[str] = set()
        self.steps = 0
        self._schema = schema
        self._variables = variables
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._measured: dict[tuple[str, _Sized, _Types], int] = {}
        self._defaults: dict[str, ValueNode] = {}

    def measure(self, operation: OperationDefinitionNode) -> int:
        """Return the cost of one operation."""
        for variable in operation.variable_definitions or ():
            if variable.default_value is not None:
                self._defaults[variable.variable.name.value] = variable.default_value
        root = self._schema.get_root_type(operation.operation)
        return self._selections(operation.selection_set, root, None, None)

    def _selections(self, selections: SelectionSetNode, parent: Any, sized: _Sized, narrowed: _Types) -> int:
        total = 0
        for node in selections.selections:
            self.steps += 1
            if isinstance(node, FieldNode):
                total += self._field(node, parent, sized, narrowed)
            elif isinstance(node, FragmentSpreadNode):
                total += self._fragment(node.name.value, parent, sized, narrowed)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                inner = self._schema.get_type(condition.name.value) if condition else parent
                within = self._narrowed(parent, inner, narrowed) if condition else narrowed
                total += self._selections(node.selection_set, inner, sized, within)
        return min(BEYOND, total)

    def _fragment(self, name: str, parent: Any, sized: _Sized, narrowed: _Types) -> int:
        fragment = self._fragments[name]
        condition = self._schema.get_type(fragment.type_condition.name.value)
        within = self._narrowed(parent, condition, narrowed)
        known = self._measured.get((name, sized, within))
        if known is None:
            known = self._selections(fragment.selection_set, condition, sized, within)
            self._measured[name, sized, within] = known
        return known

    def _narrowed(self, parent: Any, condition: Any, narrowed: _Types) -> _Types:
        """Return the types that an object of `parent` may have in a fragment; None for all that the condition has."""
        if condition is parent:
            return narrowed
        if isinstance(condition, GraphQLObjectType):
            return None
        before = self._types(parent) if narrowed is None else narrowed
        return tuple(name for name in self._types(condition) if name in before)

    def _types(self, type_: Any) -> tuple[str, ...]:
        if isinstance(type_, GraphQLObjectType):
            return (type_.name,)
        return tuple(each.name for each in self._schema.get_possible_types(type_))

    def _field(self, node: FieldNode, parent: Any, sized: _Sized, narrowed: _Types) -> int:
        name = node.name.value
        if parent is self._schema.query_type:
            self.roots.add(name)
        field = None if name.startswith("__") else parent.fields.get(name)
        if field is None or parent.name.startswith("__"):
            return 0  # graph.documents.introspection measures what is read of the schema itself
        self._note(parent, name, narrowed)
        weight = weight_of(field)
        arguments = self._arguments(node, field)
        if node.selection_set is None:
            return (weight or 0) + arguments
        length, passed_on = self._length(node, field, sized)
        inner = self._selections(node.selection_set, get_named_type(field.type), passed_on, None)
        own = (1 if weight is None else weight) + arguments
        return min(BEYOND, own + (length * (inner + 1) if length > 1 else inner))

    def _arguments(self, node: FieldNode, field: GraphQLField) -> int:
        """Return the cost of the given arguments."""
        weights = weights_of_arguments(field)
        return sum(weights.get(a.name.value, 0) for a in node.arguments or ()) if weights else 0

    def _length(self, node: FieldNode, field: GraphQLField, sized: _Sized) -> tuple[int, _Sized]:
        """Return how many objects the field yields, and the length that it passes to its sized fields."""
        list_size = list_size_of(field)
        requested = self._sliced(node, list_size) if list_size else None
        if list_size is not None and list_size.sized_fields:
            length = requested or list_size.assumed_size or DEFAULT_PAGE
            return 1, (length, tuple(list_size.sized_fields))
        if not _is_list(field):
            return 1, None
        if sized is not None and node.name.value in sized[1]:
            return sized[0], None
        assumed = list_size.assumed_size if list_size else None
        return requested or assumed or _DEFAULT_LENGTH, None

    def _sliced(self, node: FieldNode, list_size: ListSize) -> int | None:
        """Return the largest length that the slicing arguments request; None when they request none."""
        names = list_size.slicing_arguments or ()
        sizes = [self._size(a.value) for a in node.arguments or () if a.name.value in names]
        requested = [size for size in sizes if size is not None]
        return min(max(1, *requested), BEYOND) if requested else None

    def _size(self, value: ValueNode) -> int | None:
        if isinstance(value, IntValueNode):
            return int(value.value[:10])
        if isinstance(value, ListValueNode):
            return len(value.values)
        if not isinstance(value, VariableNode):
            return None
        name = value.name.value
        self.size_variables.add(name)
        if name not in self._variables and name in self._defaults:
            return self._size(self._defaults[name])
        return size_of(self._variables.get(name))

    def _note(self, parent: Any, name: str, narrowed: _Types) -> None:
        coordinate = f"{parent.name}.{name}"
        implementations = self.coordinates.get(coordinate, ())
        if isinstance(parent, GraphQLInterfaceType):
            types = self._types(parent) if narrowed is None else narrowed
            implementations = tuple(dict.fromkeys((*implementations, *(f"{each}.{name}" for each in types))))
        self.coordinates[coordinate] = implementations


def root_fields(document: DocumentNode, operation: OperationDefinitionNode) -> list[str]:
    """Return the root fields of an operation, one for each name in its response; each fragment is read once."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    fields: dict[str, str] = {}
    waiting: list[SelectionSetNode] = [operation.selection_set]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                fields[(node.alias or node.name).value] = node.name.value
            elif isinstance(node, FragmentSpreadNode):
                fragment = fragments.pop(node.name.value, None)
                waiting += [fragment.selection_set] if fragment else []
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
    return list(fields.values())


def size_of(value: Any) -> int | None:
    """Return the length that a variable requests: a number, the length of a list, else the largest page."""
    if value is None or isinstance(value, int):
        return value
    return len(value) if isinstance(value, list) else LARGEST_PAGE


def sizes_of(names: Sequence[str], variables: Mapping[str, Any]) -> tuple[int | None, ...]:
    """Return the lengths that several variables request; -1 for an absent one, which may have a default."""
    return tuple([size_of(variables.get(name, _ABSENT)) for name in names]) if names else ()


def _is_list(field: GraphQLField) -> bool:
    type_ = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    return is_list_type(type_) and is_composite_type(get_named_type(type_))
