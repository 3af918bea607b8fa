"""Plans: compiled operations, with everything decided that does not change from run to run."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationType,
)

from graph.declarations import Finder
from graph.engine.field_calls import arguments_of
from graph.engine.row_layouts import Getter, RowLayout, getter
from graph.engine.syntax import Syntax, values_in
from resolvers.batches import Batch

Test = Callable[[Any, Any], Any]
"""Tells whether a value is of a type, as `is_type_of(value, info)` does."""


_SELECTION_BYTES = 1_400
_FIELD_BYTES = 900
_PLACE_BYTES = 150
_VALUE_BYTES = 450


class Shape:
    """How a value of one type is completed.

    `item` is the shape of a list's items, `serialise` the serialiser of a leaf, `selection` the selection set of an
    object and `abstract` that of each possible type of a union or an interface. `tests` tell the types apart without
    an info object, where the schema's own declarations allow it.
    """

    __slots__ = ("abstract", "item", "nullable", "selection", "serialise", "tests", "type")

    def __init__(self, type_: GraphQLOutputType, *, nullable: bool) -> None:
        self.type: Any = type_
        self.nullable = nullable
        self.serialise: Callable[[Any], Any] | None = None
        self.item: Shape | None = None
        self.selection: SelectionSetPlan | None = None
        self.abstract: dict[str, SelectionSetPlan] | None = None
        self.tests: list[tuple[Test, SelectionSetPlan]] | None = None

    @property
    def enum(self) -> "type[Enum] | None":
        """The Python enum of an enum type."""
        return getattr(self.type, "wrapped_cls", None) if isinstance(self.type, GraphQLEnumType) else None

    @property
    def serialised_enum(self) -> dict[Any, Any]:
        """The serialised form of each member, by its stored value."""
        return {member.value: self.type.coerce_output_value(member) for member in self.enum or ()}

    @property
    def is_inlinable(self) -> bool:
        """Whether one generated expression completes it: leaves, and objects and lists of nothing but leaves."""
        if self.item is not None:
            return self.item.is_inlinable
        if self.selection is not None:
            return self.selection.is_inlinable
        if self.abstract is not None:
            return self.tests is not None and all(selection.is_inlinable for _, selection in self.tests)
        return True


class FieldPlan:
    """One response key of a selection set; errors are sorted by its `index` there.

    A field is read as `attribute` (None: the parent itself, an event of a stream), or taken from a batch load (`pick`
    names the attribute of the loaded object), or resolved by `call(parent, context, arguments)`, or by the schema's
    own `resolve(parent, info, **arguments)`. Where it `has_column`, `column` completes the values of a whole level at
    once; it is generated at its first use. `refusal` is the error code of a field that the caller's roles do not reach.
    """

    __slots__ = (
        "arguments",
        "attribute",
        "call",
        "column",
        "coordinate",
        "definition",
        "has_column",
        "index",
        "key",
        "name",
        "nodes",
        "parent",
        "pick",
        "refusal",
        "resolve",
        "shape",
    )

    def __init__(
        self,
        key: str,
        index: int,
        nodes: list[FieldNode],
        parent: GraphQLObjectType,
        definition: GraphQLField,
        shape: Shape,
    ) -> None:
        self.key = key
        self.index = index
        self.name = nodes[0].name.value
        self.nodes: Sequence[Any] = nodes
        self.parent = parent
        self.definition = definition
        self.coordinate = f"{parent.name}.{self.name}"
        self.arguments = arguments_of(definition, nodes[0])
        self.shape = shape
        self.attribute: str | None = None
        self.pick: str | None = None
        self.refusal: str | None = None
        self.call: Callable[[Any, Any, dict[str, Any]], Any] | None = None
        self.resolve: Callable[..., Any] | None = None
        self.has_column = False
        self.column: Callable[[list[Any]], list[Any]] | None = None


class BatchLoad:
    """A batch of a selection set: the fields that take their values from one call of it.

    Loads of one level with the same `identity` share a call, whatever attribute of the parent holds the key; all of a
    plan share the `layout` of the loaded rows. Where there is a `finder`, the key is among the field's own arguments,
    of which the batch takes none. A load that `is_lone` is the only one of its batch in the plan.
    """

    __slots__ = ("batch", "fields", "finder", "identity", "is_certain", "is_lone", "key", "layout")

    def __init__(
        self,
        batch: Batch,
        key: str,
        field: FieldPlan,
        layout: RowLayout,
        *,
        is_certain: bool = False,
        finder: Finder | None = None,
    ) -> None:
        self.batch = batch
        self.key = key
        self.fields: tuple[FieldPlan, ...] = (field,)
        self.identity = (batch, () if finder else field.arguments.text)
        self.layout = layout
        self.is_certain = is_certain
        self.finder = finder
        self.is_lone = False

    @property
    def needs_no_call(self) -> bool:
        """Whether the plan reads nothing but the keys, of objects that are certain to exist."""
        return self.is_certain and self.layout.is_narrow and not self.layout.columns


class SelectionSetPlan:
    """The selection set of one object type, its fields grouped by how they get their values.

    `inline` are attributes that `build` completes, `nested` attributes that need levels of their own, `loads` the
    batches, `calls` the resolvers, and `refused` the fields that the caller's roles do not reach. `template` holds the
    response keys in order. `build` makes the response objects of a whole level; it is generated at its first use, since
    most selection sets are part of another one's expression, and raises at a value that its type does not allow.
    `test` tells whether an object is of the type, where that has to be checked. `layout` is that of the batch that
    loads the objects, if one does.
    """

    __slots__ = (
        "_getters",
        "build",
        "calls",
        "inline",
        "layout",
        "loads",
        "nested",
        "refused",
        "template",
        "test",
        "type",
    )

    def __init__(self, type_: GraphQLObjectType, test: Test | None, layout: RowLayout | None = None) -> None:
        self.type = type_
        self.test = test
        self.layout = layout
        self._getters: dict[str | None, Getter | None] = {}
        self.template: dict[str, Any] = {}
        self.inline: tuple[FieldPlan, ...] = ()
        self.nested: tuple[FieldPlan, ...] = ()
        self.loads: tuple[BatchLoad, ...] = ()
        self.calls: tuple[FieldPlan, ...] = ()
        self.refused: tuple[FieldPlan, ...] = ()
        self.build: Callable[[list[Any]], list[dict[str, Any]]] | None = None

    def getter(self, attribute: str | None, shape: Shape | None = None) -> Getter | None:
        """Return the getter of an attribute of the objects; `shape` is that of the attribute's value."""
        if attribute not in self._getters:
            self._getters[attribute] = getter(self.layout, attribute, shape.enum if shape else None)
        return self._getters[attribute]

    @property
    def is_inlinable(self) -> bool:
        """Whether it selects nothing but inlinable attributes."""
        others = self.nested or self.loads or self.calls or self.refused
        return self.test is None and not others


class Plan:
    """A compiled operation.

    It holds no syntax but the arguments of its fields, unless a resolver or a type test in it takes an info object,
    which offers the whole tree: then it `needs_syntax`.
    """

    __slots__ = ("kind", "needs_syntax", "root", "schema", "syntax", "weight")

    def __init__(
        self, schema: GraphQLSchema, syntax: Syntax, kind: OperationType, root: SelectionSetPlan
    ) -> None:
        self.schema = schema
        self.syntax = syntax
        self.kind = kind
        self.root = root
        self.needs_syntax = False
        self.weight = 0

    def weigh(self, fields: list[FieldPlan], selections: int) -> None:
        """Set the `weight`, the memory that it takes in bytes with all that is generated for it, by its parts."""
        places = sum(len(field.nodes) for field in fields)
        values = sum(values_in(field.nodes[0]) for field in fields)
        parts = places * _PLACE_BYTES + values * _VALUE_BYTES
        self.weight = selections * _SELECTION_BYTES + len(fields) * _FIELD_BYTES + parts
