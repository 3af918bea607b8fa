"""Compiling: from a validated operation, with the truth of its conditions, to a plan."""

from collections.abc import Callable
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    is_leaf_type,
    is_list_type,
    is_object_type,
)
from graphql.execution.values import VariableValues

from graph.engine.answers import BACKREF, caller, converter, declaration_of
from graph.engine.building import builder, column
from graph.engine.collecting import Collector
from graph.engine.plans import FieldPlan, Load, Plan, Selection, Shape, Test

_INTROSPECTION = ("__schema", "__type")
_Known = tuple[str, tuple[int, ...]]


class NotCompilableError(Exception):
    """The operation asks for something that only the reference engine answers."""


class Compiler:
    """Compiles one operation for one assignment of its conditions and one judgement of the caller's roles."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: dict[str, FragmentDefinitionNode],
        variables: VariableValues,
        refused: dict[str, str],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._refused = refused
        self._collector = Collector(schema, fragments, variables)
        self._known: dict[_Known, Selection] = {}
        self._is_serial = False

    def plan(self, operation: OperationDefinitionNode) -> Plan:
        """Compile an operation; raises NotCompilableError."""
        root = self._schema.get_root_type(operation.operation)
        assert root is not None  # noqa: S101 - validated
        self._is_serial = operation.operation is OperationType.MUTATION
        selection = self._selection(root, [operation.selection_set])
        return Plan(self._schema, operation, self._fragments, selection)

    def _selection(self, type_: GraphQLObjectType, sets: list[SelectionSetNode]) -> Selection:
        """Compile what the sets select of a type; the same sets of the same type are compiled once."""
        known = type_.name, tuple(map(id, sets))
        selection = self._known.get(known)
        if selection is None:
            test = None if BACKREF in (type_.extensions or {}) else type_.is_type_of
            selection = self._known[known] = Selection(type_, test)
            for key, nodes in self._collector.fields(type_, sets).items():
                self._place(selection, key, nodes)
            selection.build = _built_when_used(selection)
        return selection

    def _place(self, selection: Selection, key: str, nodes: list[FieldNode]) -> None:
        name = nodes[0].name.value
        if name == "__typename":
            selection.template[key] = selection.type.name
            return
        if name in _INTROSPECTION:
            raise NotCompilableError("introspection")
        definition = self._schema.get_field(selection.type, name)
        assert definition is not None  # noqa: S101 - validated
        shape = self._shape(definition.type, nodes)
        field = FieldPlan(key, len(selection.template), nodes, selection.type, definition, shape)
        selection.template[key] = None
        self._sort(selection, field, definition)

    def _sort(self, selection: Selection, field: FieldPlan, definition: GraphQLField) -> None:
        """Decide how the field gets its value."""
        field.refusal = self._refused.get(field.coordinate)
        declaration = declaration_of(definition)
        if field.refusal is not None:
            selection.refused.append(field)
        elif declaration is None or (self._is_serial and selection.type is self._schema.mutation_type):
            self._call(selection, field)
        elif declaration.word == "attribute":
            field.attribute = definition.extensions[BACKREF].python_name
            (selection.inline if field.shape.is_plain else selection.composites).append(field)
        elif declaration.word == "streamed":
            field.column = _column_when_used(field)
            selection.composites.append(field)
        elif declaration.word == "batch" and declaration.batch is not None:
            field.arguments.convert = converter(self._schema, definition, declaration)
            field.pick = declaration.pick
            field.column = _column_when_used(field)
            self._load(selection, Load(declaration.batch, declaration.key or "id", field))
        else:
            self._call(selection, field)

    def _call(self, selection: Selection, field: FieldPlan) -> None:
        declaration = declaration_of(field.definition)
        if declaration is not None:
            field.call = caller(field.definition, declaration)
        if declaration is not None and field.call is not None:
            field.arguments.convert = converter(self._schema, field.definition, declaration)
        else:
            field.resolve = field.definition.resolve
        field.column = _column_when_used(field)
        selection.calls.append(field)

    def _load(self, selection: Selection, load: Load) -> None:
        for other in selection.loads:
            if (other.identity, other.key) == (load.identity, load.key):
                other.fields += load.fields
                return
        selection.loads.append(load)

    def _shape(self, type_: GraphQLOutputType, nodes: list[FieldNode]) -> Shape:
        inner: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        shape = Shape(inner, nullable=inner is type_)
        if is_list_type(inner):
            shape.item = self._shape(inner.of_type, nodes)
        elif is_leaf_type(inner):
            shape.write = inner.coerce_output_value
        else:
            sets = [node.selection_set for node in nodes if node.selection_set]
            if is_object_type(inner):
                shape.selection = self._selection(inner, sets)
            else:
                possible = self._schema.get_possible_types(inner)
                shape.abstract = {each.name: self._selection(each, sets) for each in possible}
                shape.tests = _tests(inner, shape.abstract)
        return shape


def _built_when_used(selection: Selection) -> Callable[[list[Any]], list[dict[str, Any]]]:
    """Put off the generation of a builder: most selections are part of another one's expression."""

    def build(objects: list[Any]) -> list[dict[str, Any]]:
        selection.build = builder(selection)
        return selection.build(objects)

    return build


def _column_when_used(field: FieldPlan) -> Callable[[list[Any]], list[Any]] | None:
    if not field.shape.is_plain:
        return None

    def complete(values: list[Any]) -> list[Any]:
        field.column = column(field.shape)
        return field.column(values)

    return complete


def _tests(type_: Any, selections: dict[str, Selection]) -> list[tuple[Test, Selection]] | None:
    """Return the tests of a declared union's or interface's types; they look at the value alone."""
    if BACKREF not in (type_.extensions or {}):
        return None
    tests = [(selection.type.is_type_of, selection) for selection in selections.values()]
    return [(test, selection) for test, selection in tests if test] if all(t for t, _ in tests) else None
