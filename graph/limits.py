"""Limits: one memoised pass over a validated document, linear in its size.

A fragment is measured once however often it is spread, so that doubling spreads cost nothing; sums saturate.
"""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_list_type,
)
from graphql.type import GraphQLNonNull

from domain.entities import entity
from domain.paging import DEFAULT_PAGE, LARGEST_PAGE
from graph.directives import ListSize

_MOST = 10**9
_UNSAID_LIST = 10
_MUTATION_WEIGHT = 10


@entity
class Limits:
    """The largest document that is run; each is a setting."""

    depth: int = 15
    aliases: int = 30
    directives: int = 20
    tokens: int = 3_000
    fields: int = 1_500
    root_fields: int = 20
    cost: int = 5_000


@dataclass(slots=True)
class Measure:
    """How large a selection is; `cost` counts objects (IBM's cost specification: composite 1, leaf 0)."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    cost: int = 0

    def add(self, other: "Measure") -> None:
        """Add a sibling selection."""
        self.depth = max(self.depth, other.depth)
        self.aliases = min(_MOST, self.aliases + other.aliases)
        self.directives = min(_MOST, self.directives + other.directives)
        self.fields = min(_MOST, self.fields + other.fields)
        self.cost = min(_MOST, self.cost + other.cost)


class Survey:
    """Walks one document: measures it and collects the coordinates that it selects.

    A field that is selected through an interface stands for that of every implementation too. `reads` are the
    variables that its answer depends on.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any]) -> None:
        self.coordinates: dict[str, tuple[str, ...]] = {}
        self.reads: set[str] = set()
        self._schema = schema
        self._variables = variables
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._measured: dict[tuple[str, int | None], Measure] = {}

    def measure(self, operation: OperationDefinitionNode) -> Measure:
        """Measure one operation."""
        root = self._schema.get_root_type(operation.operation)
        total = self._selections(operation.selection_set, root, None)
        total.directives += len(operation.directives or ())
        return total

    def _selections(self, selections: SelectionSetNode, parent: Any, size: int | None) -> Measure:
        total = Measure()
        for node in selections.selections:
            if isinstance(node, FieldNode):
                total.add(self._field(node, parent, size))
            elif isinstance(node, FragmentSpreadNode):
                total.add(self._fragment(node.name.value, size))
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                inner = self._schema.get_type(condition.name.value) if condition else parent
                total.add(self._selections(node.selection_set, inner, size))
            total.directives = min(_MOST, total.directives + len(node.directives or ()))
        return total

    def _fragment(self, name: str, size: int | None) -> Measure:
        known = self._measured.get((name, size))
        if known is None:
            fragment = self._fragments[name]
            condition = self._schema.get_type(fragment.type_condition.name.value)
            known = self._measured[name, size] = self._selections(fragment.selection_set, condition, size)
        return known

    def _field(self, node: FieldNode, parent: Any, size: int | None) -> Measure:
        measure = Measure(depth=1, fields=1, aliases=1 if node.alias else 0)
        field = None if node.name.value.startswith("__") else parent.fields.get(node.name.value)
        if field is not None:
            self._note(parent, node.name.value)
        if node.selection_set is None:
            return measure
        named = get_named_type(field.type if field else self._schema.get_type("__Schema"))
        length, handed_down = self._length(node, field, size)
        inner = self._selections(node.selection_set, named, handed_down)
        measure.depth += inner.depth
        measure.add(Measure(0, inner.aliases, inner.directives, inner.fields, 0))
        if field is None or parent.name.startswith("__"):
            return measure  # introspection asks nobody but memory; its depth and fields count
        weight = _MUTATION_WEIGHT if parent is self._schema.mutation_type else 1
        measure.cost = min(_MOST, weight + length * (inner.cost + 1) if length > 1 else weight + inner.cost)
        return measure

    def _length(
        self, node: FieldNode, field: GraphQLField | None, size: int | None
    ) -> tuple[int, int | None]:
        """Return how many objects the field yields, and what a connection tells its edges and nodes."""
        said = _list_size(field)
        if said is not None and said.sized_fields:
            return 1, self._sliced(node, said.slicing_arguments or []) or DEFAULT_PAGE
        if field is None or not _is_list(field):
            return 1, None
        if size is not None:
            return size, None
        asked = self._sliced(node, said.slicing_arguments or []) if said else None
        return asked or (said.assumed_size if said and said.assumed_size else _UNSAID_LIST), None

    def _sliced(self, node: FieldNode, names: list[str]) -> int | None:
        sizes = [self._integer(a.value) for a in node.arguments or () if a.name.value in names]
        asked = [size for size in sizes if size is not None]
        return min(max(1, *asked), _MOST) if asked else None

    def _integer(self, value: Any) -> int | None:
        if isinstance(value, IntValueNode):
            return int(value.value[:10])
        if not isinstance(value, VariableNode):
            return None
        self.reads.add(value.name.value)
        sent = self._variables.get(value.name.value)
        return sent if isinstance(sent, int) else LARGEST_PAGE if sent is not None else None

    def _note(self, parent: Any, name: str) -> None:
        implementations: tuple[str, ...] = ()
        if isinstance(parent, GraphQLInterfaceType):
            possible = self._schema.get_possible_types(parent)
            implementations = tuple(f"{type_.name}.{name}" for type_ in possible)
        self.coordinates[f"{parent.name}.{name}"] = implementations


def exceeded(measure: Measure, root_fields: int, limits: Limits) -> GraphQLError | None:
    """Return why the operation is too large, or None."""
    if measure.depth > limits.depth:
        return _refusal("DEPTH_LIMIT_EXCEEDED", "depth", measure.depth, limits.depth)
    sizes = (
        ("number of root fields", root_fields, limits.root_fields),
        ("number of fields", measure.fields, limits.fields),
        ("number of aliases", measure.aliases, limits.aliases),
        ("number of directives", measure.directives, limits.directives),
        ("cost", measure.cost, limits.cost),
    )
    for what, actual, limit in sizes:
        if actual > limit:
            return _refusal("COST_LIMIT_EXCEEDED", what, actual, limit)
    return None


def _refusal(code: str, what: str, actual: int, limit: int) -> GraphQLError:
    shown = f"{actual:,}" if actual < _MOST else "beyond measure"
    return GraphQLError(
        f"The operation's {what} is {shown}; at most {limit:,} is run. Ask for less, or in several requests.",
        extensions={"code": code},
    )


def _list_size(field: GraphQLField | None) -> ListSize | None:
    definition = (field.extensions or {}).get("strawberry-definition") if field else None
    found = [d for d in getattr(definition, "directives", ()) or () if isinstance(d, ListSize)]
    return found[0] if found else None


def _is_list(field: GraphQLField) -> bool:
    type_ = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    return is_list_type(type_) and is_composite_type(get_named_type(type_))
