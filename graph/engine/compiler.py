"""Compiler: turns a validated operation, with the values of its conditions, into a plan."""

from inspect import iscoroutinefunction
from typing import Any

from graphql import (
    FieldNode,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationType,
    SelectionSetNode,
    is_leaf_type,
    is_list_type,
    is_object_type,
)
from graphql.execution.values import VariableValues

from graph.declarations import Declaration, Finder, declaration_of, definition_of
from graph.engine.field_calls import converter, field_call, text_of
from graph.engine.field_collection import FieldCollector
from graph.engine.lookahead import LookaheadArguments, finder_of
from graph.engine.plans import (
    BatchLoad,
    FieldPlan,
    Plan,
    SelectionSetPlan,
    Shape,
    Test,
)
from graph.engine.row_layouts import RowLayout
from graph.engine.syntax import FieldPlace, Syntax
from graph.engine.traversal import mark_lone_loads

_INTROSPECTION = ("__schema", "__type")
_SelectionKey = tuple[str, tuple[int, ...], int]


class NotCompilableError(Exception):
    """The operation selects something that only the reference engine executes."""


class Compiler:
    """Compiles one operation for one assignment of its conditions and one set of refused coordinates."""

    def __init__(
        self,
        schema: GraphQLSchema,
        syntax: Syntax,
        variables: VariableValues,
        refused: dict[str, str],
    ) -> None:
        self._schema = schema
        self._syntax = syntax
        self._refused = refused
        self._collector = FieldCollector(schema, syntax.fragments, variables)
        self._compiled: dict[_SelectionKey, SelectionSetPlan] = {}
        self._layouts: dict[Any, RowLayout] = {}
        self._leaves: dict[tuple[str, bool], Shape] = {}
        self._is_serial = False
        self._needs_syntax = False
        self._fields: list[FieldPlan] = []

    def plan(self) -> Plan:
        """Compile the operation; raises NotCompilableError."""
        operation = self._syntax.operation
        root = self._schema.get_root_type(operation.operation)
        assert root is not None  # noqa: S101 - validated
        self._is_serial = operation.operation is OperationType.MUTATION
        selection = self._selection(root, [operation.selection_set])
        mark_lone_loads(selection)
        plan = Plan(self._schema, self._syntax, operation.operation, selection)
        plan.needs_syntax = self._needs_syntax
        plan.weigh(self._fields, len(self._compiled))
        if not plan.needs_syntax:
            for field in self._fields:
                field.nodes = tuple([FieldPlace(node.loc) for node in field.nodes])
        return plan

    def _selection(
        self, type_: GraphQLObjectType, sets: list[SelectionSetNode], layout: RowLayout | None = None
    ) -> SelectionSetPlan:
        """Compile the selection sets of a type; the same sets of the same type and layout are compiled once."""
        key = type_.name, tuple(map(id, sets)), id(layout)
        selection = self._compiled.get(key)
        if selection is None:
            test = type_.is_type_of if definition_of(type_) is None else None
            selection = self._compiled[key] = SelectionSetPlan(type_, test, layout)
            self._needs_syntax |= test is not None
            if layout is not None and test is not None:
                layout.require_objects()
            for response_key, nodes in self._collector.fields(type_, sets).items():
                self._add(selection, response_key, nodes)
        return selection

    def _add(self, selection: SelectionSetPlan, key: str, nodes: list[FieldNode]) -> None:
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
        self._fields.append(field)
        field.refusal = self._refused.get(field.coordinate)
        selection.template[key] = None
        if finder is not None and layout is not None and field.refusal is None:
            self._add_found(selection, field, finder, layout)
        else:
            self._add_declared(selection, field, declaration, layout)

    def _layout(
        self, declaration: Declaration | None, finder: Finder | None, node: FieldNode
    ) -> RowLayout | None:
        """Return the layout of the rows of a field's batch, which all loads of it in the plan share."""
        if finder is not None:
            return self._layouts.setdefault((finder.batch, ()), RowLayout(finder.batch))
        if declaration is None or declaration.batch is None:
            return None
        identity = declaration.batch, text_of(node)
        return self._layouts.setdefault(identity, RowLayout(declaration.batch))

    def _add_found(
        self, selection: SelectionSetPlan, field: FieldPlan, finder: Finder, layout: RowLayout
    ) -> None:
        """Add a field whose object a batch loads by a key among its arguments."""
        declaration = declaration_of(field.definition)
        assert declaration is not None  # noqa: S101 - it declares the finder
        field.arguments.convert = converter(self._schema, field.definition, declaration)
        field.has_column = field.shape.is_inlinable
        selection.loads += (BatchLoad(finder.batch, field.key, field, layout, finder=finder),)

    def _add_declared(
        self,
        selection: SelectionSetPlan,
        field: FieldPlan,
        declaration: Declaration | None,
        layout: RowLayout | None,
    ) -> None:
        """Add a field to the group that says how it gets its value."""
        definition = field.definition
        if field.refusal is not None:
            selection.refused += (field,)
        elif declaration is None or (self._is_serial and selection.type is self._schema.mutation_type):
            self._add_call(selection, field)
        elif declaration.word == "attribute":
            field.attribute = definition_of(definition).python_name
            _require(selection, field)
            if field.shape.is_inlinable:
                selection.inline += (field,)
            else:
                selection.nested += (field,)
        elif declaration.word == "streamed":
            field.arguments.convert = converter(self._schema, definition, declaration)
            field.has_column = field.shape.is_inlinable
            selection.nested += (field,)
        elif declaration.batch is not None and layout is not None:
            field.arguments.convert = converter(self._schema, definition, declaration)
            field.pick = declaration.pick
            field.has_column = field.shape.is_inlinable
            if field.pick:
                layout.require(field.pick)
            key, is_certain = declaration.key or "id", declaration.is_certain
            self._add_load(selection, BatchLoad(declaration.batch, key, field, layout, is_certain=is_certain))
        else:
            self._add_call(selection, field)

    def _add_call(self, selection: SelectionSetPlan, field: FieldPlan) -> None:
        declaration = declaration_of(field.definition)
        if selection.layout is not None:
            selection.layout.require_objects()
        if declaration is not None:
            field.call = field_call(field.definition, declaration)
        if declaration is not None and field.call is not None:
            if declaration.lookahead is not None:
                field.arguments = LookaheadArguments(field, declaration.lookahead)
            field.arguments.convert = converter(self._schema, field.definition, declaration)
        else:
            field.resolve = field.definition.resolve
            self._needs_syntax = True  # a resolver that takes an info object may read all of it
        field.has_column = field.shape.is_inlinable
        selection.calls += (field,)

    def _add_load(self, selection: SelectionSetPlan, load: BatchLoad) -> None:
        if selection.layout is not None:
            selection.layout.require(load.key)
        for other in selection.loads:
            if (other.identity, other.key) == (load.identity, load.key):
                other.fields += load.fields
                other.is_certain &= load.is_certain
                return
        selection.loads += (load,)

    def _shape(self, type_: GraphQLOutputType, nodes: list[FieldNode], layout: RowLayout | None) -> Shape:
        inner: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        shape = Shape(inner, nullable=inner is type_)
        if is_leaf_type(inner):
            shape.serialise = inner.coerce_output_value
            return self._leaves.setdefault((inner.name, shape.nullable), shape)
        if is_list_type(inner):
            shape.item = self._shape(inner.of_type, nodes, layout)
        else:
            sets = [node.selection_set for node in nodes if node.selection_set]
            if is_object_type(inner):
                shape.selection = self._selection(inner, sets, layout)
            else:
                _refuse_async_type_tests(inner, self._schema)
                if layout is not None:
                    layout.require_objects()
                possible = self._schema.get_possible_types(inner)
                shape.abstract = {each.name: self._selection(each, sets) for each in possible}
                shape.tests = _tests(inner, shape.abstract)
                self._needs_syntax |= shape.tests is None
        return shape


def _refuse_async_type_tests(type_: Any, schema: GraphQLSchema) -> None:
    """Leave an abstract type with asynchronous type tests to graphql-core."""
    tests = [type_.resolve_type, *(possible.is_type_of for possible in schema.get_possible_types(type_))]
    if any(iscoroutinefunction(test) for test in tests):
        raise NotCompilableError("asynchronous type test")


def _require(selection: SelectionSetPlan, field: FieldPlan) -> None:
    """Note the attribute in the layout; a list of enums is stored as values, while its objects hold members."""
    if selection.layout is None or field.attribute is None:
        return
    if field.shape.item is not None and field.shape.item.enum is not None:
        selection.layout.require_objects()
    else:
        selection.layout.require(field.attribute)


def _tests(type_: Any, selections: dict[str, SelectionSetPlan]) -> list[tuple[Test, SelectionSetPlan]] | None:
    """Return the type tests of a declared union or interface, which take no info object."""
    if definition_of(type_) is None:
        return None
    tests = [(selection.type.is_type_of, selection) for selection in selections.values()]
    return [(test, selection) for test, selection in tests if test] if all(t for t, _ in tests) else None
