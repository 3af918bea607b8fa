"""Plans: what is left of an operation once everything that does not change from run to run is decided."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
)

from graph.declarations import Finder
from graph.engine.answers import Arguments
from graph.engine.layouts import Getter, Layout, getter
from resolvers.batches import Batch

Test = Callable[[Any, Any], Any]
"""Tells whether a value is of a type: `is_type_of(value, info)`."""


class Shape:
    """How a value of one type is completed.

    `item` is the shape of a list's items, `write` the serialiser of a leaf, `selection` what is selected of an
    object and `abstract` that of each possible type of a union or an interface. `tests` tell the types apart
    without an info object, where the schema's own declarations allow it.
    """

    __slots__ = ("abstract", "item", "nullable", "selection", "tests", "type", "write")

    def __init__(self, type_: GraphQLOutputType, *, nullable: bool) -> None:
        self.type: Any = type_
        self.nullable = nullable
        self.write: Callable[[Any], Any] | None = None
        self.item: Shape | None = None
        self.selection: Selection | None = None
        self.abstract: dict[str, Selection] | None = None
        self.tests: list[tuple[Test, Selection]] | None = None

    @property
    def enum(self) -> "type[Enum] | None":
        """The enum whose members the values are, if they are any's."""
        return getattr(self.type, "wrapped_cls", None) if isinstance(self.type, GraphQLEnumType) else None

    @property
    def written_enum(self) -> dict[Any, Any]:
        """How the stored values of the enum's members are written."""
        return {member.value: self.type.coerce_output_value(member) for member in self.enum or ()}

    @property
    def is_plain(self) -> bool:
        """Whether a generated expression completes it: leaves, and objects and lists of nothing but plain fields."""
        if self.item is not None:
            return self.item.is_plain
        if self.selection is not None:
            return self.selection.is_plain
        if self.abstract is not None:
            return self.tests is not None and all(selection.is_plain for _, selection in self.tests)
        return True


class FieldPlan:
    """One response key of a selection; `place` is its position there, by which errors are put in order.

    A field is read as `attribute` (None: the parent itself, an event of a stream), or taken from a load (`pick`
    names the attribute of the loaded object), or answered by `call(parent, context, arguments)`, or by the
    schema's own `resolve(parent, info, **arguments)`. `column` completes the values of a whole level at once,
    where its shape is plain. `refusal` is the code with which the caller's roles do not reach it.
    """

    __slots__ = (
        "arguments",
        "attribute",
        "call",
        "column",
        "coordinate",
        "definition",
        "key",
        "nodes",
        "parent",
        "pick",
        "place",
        "refusal",
        "resolve",
        "shape",
    )

    def __init__(
        self,
        key: str,
        place: int,
        nodes: list[FieldNode],
        parent: GraphQLObjectType,
        definition: GraphQLField,
        shape: Shape,
    ) -> None:
        self.key = key
        self.place = place
        self.nodes = nodes
        self.parent = parent
        self.definition = definition
        self.coordinate = f"{parent.name}.{nodes[0].name.value}"
        self.arguments = Arguments(definition, nodes[0])
        self.shape = shape
        self.attribute: str | None = None
        self.pick: str | None = None
        self.refusal: str | None = None
        self.call: Callable[[Any, Any, dict[str, Any]], Any] | None = None
        self.resolve: Callable[..., Any] | None = None
        self.column: Callable[[list[Any]], list[Any]] | None = None


class Load:
    """A batch of a selection: the fields that take their values from one call of it.

    Loads of one level with the same `identity` share a call, whatever attribute of the parent holds the key; all of
    a plan share the `layout` of what comes back. Where there is a `finder`, the key is among the field's own
    arguments, of which the batch takes none. A lone one is the only load of its batch in the plan.
    """

    __slots__ = ("batch", "fields", "finder", "identity", "is_certain", "is_lone", "key", "layout")

    def __init__(
        self,
        batch: Batch,
        key: str,
        field: FieldPlan,
        layout: Layout,
        *,
        is_certain: bool = False,
        finder: Finder | None = None,
    ) -> None:
        self.batch = batch
        self.key = key
        self.fields = [field]
        self.identity = (batch, () if finder else field.arguments.text)
        self.layout = layout
        self.is_certain = is_certain
        self.finder = finder
        self.is_lone = False

    @property
    def is_known(self) -> bool:
        """Whether the keys are all that the plan reads of objects which are certain to be there."""
        return self.is_certain and self.layout.is_narrow and not self.layout.columns


class Selection:
    """What is selected of one object type, sorted by how it is answered.

    `build` makes the response objects of a whole level, with every field of `inline` filled in and the other keys
    in place; it raises where a value is not as plain as its type promises. `test` tells whether an object is of
    the type, where that has to be checked. `layout` is that of the batch which the objects come from, if they do.
    """

    __slots__ = (
        "_getters",
        "build",
        "calls",
        "composites",
        "inline",
        "layout",
        "loads",
        "refused",
        "template",
        "test",
        "type",
    )

    def __init__(self, type_: GraphQLObjectType, test: Test | None, layout: Layout | None = None) -> None:
        self.type = type_
        self.test = test
        self.layout = layout
        self._getters: dict[str | None, Getter | None] = {}
        self.template: dict[str, Any] = {}
        self.inline: list[FieldPlan] = []
        self.composites: list[FieldPlan] = []
        self.loads: list[Load] = []
        self.calls: list[FieldPlan] = []
        self.refused: list[FieldPlan] = []
        self.build: Callable[[list[Any]], list[dict[str, Any]]] = lambda objects: [{} for _ in objects]

    def getter(self, attribute: str | None, shape: Shape | None = None) -> Getter | None:
        """Return what reads an attribute of its objects; `shape` is that of the attribute's value."""
        if attribute not in self._getters:
            self._getters[attribute] = getter(self.layout, attribute, shape.enum if shape else None)
        return self._getters[attribute]

    @property
    def is_plain(self) -> bool:
        """Whether attributes of the object are all that it needs."""
        others = self.composites or self.loads or self.calls or self.refused
        return self.test is None and not others


class Plan:
    """A compiled operation."""

    __slots__ = ("fragments", "operation", "root", "schema")

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDefinitionNode],
        root: Selection,
    ) -> None:
        self.schema = schema
        self.operation = operation
        self.fragments = fragments
        self.root = root
