"""Merging: whether fields that answer under one name ask for the same, in steps that are linear in the document.

graphql-core compares every pair of fields: 400 equal ones take a second. Here they are grouped by what they have to
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
    ValueNode,
    get_named_type,
    is_composite_type,
    print_ast,
)
from graphql.utilities.sort_value_node import sort_value_node

from graph.limits import COST

_INVALID = {"code": "GRAPHQL_VALIDATION_FAILED"}
MOST_STEPS = 30_000
"""How many fields are looked at for one document; a document of the allowed size needs a tenth, if it is no riddle."""


class _Field(NamedTuple):
    """A field as it is selected: on which type, and what it gives."""

    node: FieldNode
    parent: Any
    type: Any


class Merging:
    """Looks for conflicts in a document that is valid otherwise; `steps` counts the fields that it looked at."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.steps = 0
        self._schema = schema
        self._document = document
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._asked: dict[int, Hashable] = {}

    def check(self) -> None:
        """Raise GraphQLError, with its code, for the first conflict."""
        for operation in self._document.definitions:
            if isinstance(operation, OperationDefinitionNode):
                root = self._schema.get_root_type(operation.operation)
                fields = self._collected([(operation.selection_set, root)])
                self._agree_in_shape(fields)
                self._agree_in_meaning(fields)

    def _agree_in_shape(self, fields: list[_Field]) -> None:
        """Check that all values under one name look alike, whatever object they belong to."""
        for name, group in _grouped(fields):
            # graphql-js and graphql-core know no type of __typename here, and clients are checked by them.
            typed = [field for field in group if not field.node.name.value.startswith("__")]
            for field in typed:
                if _shape(field.type) != _shape(typed[0].type):
                    raise _conflict(name, "their types differ", typed[0], field)
            self._agree_in_shape(self._below(group))

    def _agree_in_meaning(self, fields: list[_Field]) -> None:
        """Check that those under one name which may belong to the same object ask for the same."""
        for name, group in _grouped(fields):
            for companions in _of_one_object(group):
                self._count(len(companions))
                asked = self._question(companions[0].node)
                for field in companions:
                    if self._question(field.node) != asked:
                        raise _conflict(name, "they ask for different things", companions[0], field)
                self._agree_in_meaning(self._below(companions))

    def _below(self, group: list[_Field]) -> list[_Field]:
        return self._collected(
            [
                (field.node.selection_set, get_named_type(field.type))
                for field in group
                if field.node.selection_set
            ]
        )

    def _collected(self, selections: list[tuple[SelectionSetNode, Any]]) -> list[_Field]:
        """Return the fields of selection sets with their fragments written out, each fragment once."""
        found: list[_Field] = []
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
                        found.append(_Field(node, parent, definition.type))
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
        return found

    def _question(self, node: FieldNode) -> Hashable:
        """Return the field and its arguments in a form that is equal for equal questions; made once for each node."""
        known = self._asked.get(id(node))
        if known is None:
            arguments = {(a.name.value, _written(a.value)) for a in node.arguments or ()}
            known = self._asked[id(node)] = (node.name.value, frozenset(arguments))
        return known

    def _count(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise GraphQLError(
                "The document selects the same names in too many ways; use aliases, or several requests.",
                extensions={"code": COST},
            )


def _grouped(fields: Iterable[_Field]) -> list[tuple[str, list[_Field]]]:
    groups: dict[str, list[_Field]] = {}
    for field in fields:
        groups.setdefault((field.node.alias or field.node.name).value, []).append(field)
    return list(groups.items())


def _of_one_object(group: list[_Field]) -> list[list[_Field]]:
    """Sort fields by the object types that they are selected on; those of abstract types belong to each."""
    anywhere = [field for field in group if not isinstance(field.parent, GraphQLObjectType)]
    groups: dict[str, list[_Field]] = {}
    for field in group:
        if isinstance(field.parent, GraphQLObjectType):
            groups.setdefault(field.parent.name, []).append(field)
    return [found + anywhere for found in groups.values()] or [anywhere]


def _shape(type_: Any) -> str:
    """Write a type as a response shows it: objects all look alike until their own fields are compared."""
    named = get_named_type(type_)
    return str(type_).replace(named.name, "{}") if is_composite_type(named) else str(type_)


def _written(value: ValueNode) -> str:
    return print_ast(sort_value_node(value))


def _conflict(name: str, why: str, one: _Field, other: _Field) -> GraphQLError:
    return GraphQLError(
        f"Fields '{name}' conflict because {why}. Use different aliases on the fields to fetch both if this was "
        "intentional.",
        [one.node, other.node],
        extensions=_INVALID,
    )
