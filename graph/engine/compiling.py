"""Compiling: from a validated operation, with the truth of its conditions, to a plan."""

from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
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

from graph.declarations import Declaration, Finder
from graph.engine.answers import BACKREF, caller, converter, declaration_of, text_of
from graph.engine.building import builder, column
from graph.engine.collecting import Collector
from graph.engine.finding import finder_of
from graph.engine.foreseeing import ForeseeingArguments
from graph.engine.layouts import Layout
from graph.engine.plans import FieldPlan, Load, Plan, Selection, Shape, Test
from graph.engine.walking import mark_lone_loads

_INTROSPECTION = ("__schema", "__type")
_Known = tuple[str, tuple[int, ...], int]


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
        self._layouts: dict[Any, Layout] = {}
        self._is_serial = False

    def plan(self, operation: OperationDefinitionNode) -> Plan:
        """Compile an operation; raises NotCompilableError."""
        root = self._schema.get_root_type(operation.operation)
        assert root is not None  # noqa: S101 - validated
        self._is_serial = operation.operation is OperationType.MUTATION
        selection = self._selection(root, [operation.selection_set])
        mark_lone_loads(selection)
        return Plan(self._schema, operation, self._fragments, selection)

    def _selection(
        self, type_: GraphQLObjectType, sets: list[SelectionSetNode], layout: Layout | None = None
    ) -> Selection:
        """Compile what the sets select of a type; the same sets of the same type and layout are compiled once."""
        known = type_.name, tuple(map(id, sets)), id(layout)
        selection = self._known.get(known)
        if selection is None:
            test = None if BACKREF in (type_.extensions or {}) else type_.is_type_of
            selection = self._known[known] = Selection(type_, test, layout)
            if layout is not None and test is not None:
                layout.want_objects()
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
        declaration = declaration_of(definition)
        finder = finder_of(declaration, definition, nodes[0])
        layout = self._layout(declaration, finder, nodes[0])
        shape = self._shape(definition.type, nodes, None if declaration and declaration.pick else layout)
        field = FieldPlan(key, len(selection.template), nodes, selection.type, definition, shape)
        field.refusal = self._refused.get(field.coordinate)
        selection.template[key] = None
        if finder is not None and layout is not None and field.refusal is None:
            self._find(selection, field, finder, layout)
        else:
            self._sort(selection, field, declaration, layout)

    def _layout(
        self, declaration: Declaration | None, finder: Finder | None, node: FieldNode
    ) -> Layout | None:
        """Return the layout of what a field's batch loads, which all loads of it in the plan share."""
        if finder is not None:
            return self._layouts.setdefault((finder.batch, ()), Layout(finder.batch))
        if declaration is None or declaration.batch is None:
            return None
        identity = declaration.batch, text_of(node)
        return self._layouts.setdefault(identity, Layout(declaration.batch))

    def _find(self, selection: Selection, field: FieldPlan, finder: Finder, layout: Layout) -> None:
        """Have the field answered by a batch, for the key that its arguments give."""
        declaration = declaration_of(field.definition)
        assert declaration is not None  # noqa: S101 - the finder is its
        field.arguments.convert = converter(self._schema, field.definition, declaration)
        field.column = _column_when_used(field)
        selection.loads.append(Load(finder.batch, field.key, field, layout, finder=finder))

    def _sort(
        self, selection: Selection, field: FieldPlan, declaration: Declaration | None, layout: Layout | None
    ) -> None:
        """Decide how the field gets its value."""
        definition = field.definition
        if field.refusal is not None:
            selection.refused.append(field)
        elif declaration is None or (self._is_serial and selection.type is self._schema.mutation_type):
            self._call(selection, field)
        elif declaration.word == "attribute":
            field.attribute = definition.extensions[BACKREF].python_name
            _want(selection, field)
            (selection.inline if field.shape.is_plain else selection.composites).append(field)
        elif declaration.word == "streamed":
            field.column = _column_when_used(field)
            selection.composites.append(field)
        elif declaration.batch is not None and layout is not None:
            field.arguments.convert = converter(self._schema, definition, declaration)
            field.pick = declaration.pick
            field.column = _column_when_used(field)
            if field.pick:
                layout.want(field.pick)
            key, is_certain = declaration.key or "id", declaration.is_certain
            self._load(selection, Load(declaration.batch, key, field, layout, is_certain=is_certain))
        else:
            self._call(selection, field)

    def _call(self, selection: Selection, field: FieldPlan) -> None:
        declaration = declaration_of(field.definition)
        if selection.layout is not None:
            selection.layout.want_objects()
        if declaration is not None:
            field.call = caller(field.definition, declaration)
        if declaration is not None and field.call is not None:
            if declaration.foresees is not None:
                field.arguments = ForeseeingArguments(field, declaration.foresees)
            field.arguments.convert = converter(self._schema, field.definition, declaration)
        else:
            field.resolve = field.definition.resolve
        field.column = _column_when_used(field)
        selection.calls.append(field)

    def _load(self, selection: Selection, load: Load) -> None:
        if selection.layout is not None:
            selection.layout.want(load.key)
        for other in selection.loads:
            if (other.identity, other.key) == (load.identity, load.key):
                other.fields += load.fields
                other.is_certain &= load.is_certain
                return
        selection.loads.append(load)

    def _shape(self, type_: GraphQLOutputType, nodes: list[FieldNode], layout: Layout | None) -> Shape:
        inner: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        shape = Shape(inner, nullable=inner is type_)
        if is_list_type(inner):
            shape.item = self._shape(inner.of_type, nodes, layout)
        elif is_leaf_type(inner):
            shape.write = inner.coerce_output_value
        else:
            sets = [node.selection_set for node in nodes if node.selection_set]
            if is_object_type(inner):
                shape.selection = self._selection(inner, sets, layout)
            else:
                _refuse_what_waits(inner, self._schema)
                if layout is not None:
                    layout.want_objects()
                possible = self._schema.get_possible_types(inner)
                shape.abstract = {each.name: self._selection(each, sets) for each in possible}
                shape.tests = _tests(inner, shape.abstract)
        return shape


def _refuse_what_waits(type_: Any, schema: GraphQLSchema) -> None:
    """Leave an abstract type whose objects are told apart asynchronously to graphql-core."""
    tests = [type_.resolve_type, *(possible.is_type_of for possible in schema.get_possible_types(type_))]
    if any(iscoroutinefunction(test) for test in tests):
        raise NotCompilableError("asynchronous type test")


def _want(selection: Selection, field: FieldPlan) -> None:
    """Note the attribute in the layout; a list of enums is stored otherwise than its objects hold it."""
    if selection.layout is None or field.attribute is None:
        return
    if field.shape.item is not None and field.shape.item.enum is not None:
        selection.layout.want_objects()
    else:
        selection.layout.want(field.attribute)


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
