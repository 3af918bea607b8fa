"""Field merging: checks that fields with one response name can be merged, in steps linear in the document.

graphql-core compares every pair of fields: 400 equal ones take a second. Here fields are grouped by what they have to
agree on, as Simon Adameit proposed ("GraphQL: Overlapping fields can be merged fast", 2018).
"""

from collections.abc import Hashable, Iterable
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
)
from graphql.utilities.sort_value_node import sort_value_node

from graph.documents.limits import COST
from graph.engine.syntax import printed

_INVALID = {"code": "GRAPHQL_VALIDATION_FAILED"}
MOST_STEPS = 30_000
"""How many fields are visited for one document; a sensible document of the largest size needs a tenth of them."""


class _Field(NamedTuple):
    """A selected field, the type it is selected on, and its own type."""

    node: FieldNode
    parent: Any
    type: Any


class FieldMerging:
    """Looks for conflicts in a document that is valid otherwise; `steps` counts the visited fields."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.steps = 0
        self._schema = schema
        self._document = document
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._signatures: dict[int, Hashable] = {}

    def check(self) -> None:
        """Raise GraphQLError, with its code, for the first conflict."""
        for operation in self._document.definitions:
            if isinstance(operation, OperationDefinitionNode):
                root = self._schema.get_root_type(operation.operation)
                fields = self._collect([(operation.selection_set, root)])
                self._check_shapes(fields)
                self._check_arguments(fields)

    def _check_shapes(self, fields: list[_Field]) -> None:
        """Check that all values with one response name have the same shape, whatever object they belong to."""
        for name, group in _grouped(fields):
            # graphql-js and graphql-core ignore the type of __typename here, and clients are checked by them.
            typed = [field for field in group if not field.node.name.value.startswith("__")]
            for field in typed:
                if _shape(field.type) != _shape(typed[0].type):
                    raise _conflict(name, "their types differ", typed[0], field)
            self._check_shapes(self._nested(group))

    def _check_arguments(self, fields: list[_Field]) -> None:
        """Check that fields with one response name that may belong to one object have the same name and arguments."""
        for name, group in _grouped(fields):
            for overlapping in _by_object_type(group):
                self._count(len(overlapping))
                signature = self._signature(overlapping[0].node)
                for field in overlapping:
                    if self._signature(field.node) != signature:
                        raise _conflict(name, "they differ in name or arguments", overlapping[0], field)
                self._check_arguments(self._nested(overlapping))

    def _nested(self, group: list[_Field]) -> list[_Field]:
        return self._collect(
            [
                (field.node.selection_set, get_named_type(field.type))
                for field in group
                if field.node.selection_set
            ]
        )

    def _collect(self, selections: list[tuple[SelectionSetNode, Any]]) -> list[_Field]:
        """Return the fields of selection sets with their fragments expanded, each fragment once."""
        fields: list[_Field] = []
        seen: set[str] = set()
        waiting = selections[::-1]
        while waiting:
            set_, parent = waiting.pop()
            self._count(len(set_.selections))
            inner: list[tuple[SelectionSetNode, Any]] = []
            for node in set_.selections:
                if isinstance(node, FieldNode):
                    definition = self._schema.get_field(parent, node.name.value)
                    if definition is not None:
                        fields.append(_Field(node, parent, definition.type))
                elif isinstance(node, InlineFragmentNode):
                    condition = node.type_condition
                    type_ = self._schema.get_type(condition.name.value) if condition else parent
                    inner.append((node.selection_set, type_))
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                    seen.add(node.name.value)
                    fragment = self._fragments[node.name.value]
                    named = self._schema.get_type(fragment.type_condition.name.value)
                    inner.append((fragment.selection_set, named))
            waiting += reversed(inner)
        return fields

    def _signature(self, node: FieldNode) -> Hashable:
        """Return the name and arguments of a field in comparable form; made once for each node."""
        known = self._signatures.get(id(node))
        if known is None:
            arguments = {(a.name.value, printed(sort_value_node(a.value))) for a in node.arguments or ()}
            known = self._signatures[id(node)] = (node.name.value, frozenset(arguments))
        return known

    def _count(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise GraphQLError(
                "The document selects the same response names in too many ways; use aliases, or send several requests.",
                extensions={"code": COST},
            )


def _grouped(fields: Iterable[_Field]) -> list[tuple[str, list[_Field]]]:
    groups: dict[str, list[_Field]] = {}
    for field in fields:
        groups.setdefault((field.node.alias or field.node.name).value, []).append(field)
    return list(groups.items())


def _by_object_type(group: list[_Field]) -> list[list[_Field]]:
    """Group fields by the object type that they are selected on; those on abstract types belong to every group."""
    on_abstract = [field for field in group if not isinstance(field.parent, GraphQLObjectType)]
    groups: dict[str, list[_Field]] = {}
    for field in group:
        if isinstance(field.parent, GraphQLObjectType):
            groups.setdefault(field.parent.name, []).append(field)
    return [group + on_abstract for group in groups.values()] or [on_abstract]


def _shape(type_: Any) -> str:
    """Return the shape of a type in a response: all objects share one, until their own fields are compared."""
    named = get_named_type(type_)
    return str(type_).replace(named.name, "{}") if is_composite_type(named) else str(type_)


def _conflict(name: str, why: str, first: _Field, second: _Field) -> GraphQLError:
    return GraphQLError(
        f"Fields '{name}' conflict because {why}. Use different aliases on the fields to fetch both if this was "
        "intentional.",
        [first.node, second.node],
        extensions=_INVALID,
    )
