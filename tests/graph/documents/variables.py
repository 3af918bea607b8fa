"""Hypothesis strategies for variables: declarations, and values for them, valid and invalid."""

from datetime import date
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    NonNullTypeNode,
    VariableDefinitionNode,
    build_schema,
    is_required_input_field,
    parse,
    type_from_ast,
)
from hypothesis import strategies as st

from graph.declarations import definition_of
from graph.documents.limits import Limits
from graph.documents.prepared import PreparedOperation

WORDS = st.sampled_from(["", "a", "ünï", "RED", "1"])
DAYS = st.dates().map(date.isoformat)
GOOD: dict[str, st.SearchStrategy[Any]] = {
    "Int": st.integers(-(2**31), 2**31 - 1),
    "Float": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9),
    "Boolean": st.booleans(),
    "Day": DAYS,
    "LocalDate": DAYS,
    "JSONObject": st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 9), max_size=2),
    "DateTime": st.sampled_from(["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5+02:00"]),
}
"""Valid values of each scalar; scalars that are not listed take words."""
_VALUES = [None, True, 0, 7, 2**31, -(2**31) - 1, 2**70, 1.0, 1.5, 1e300, "", "RED", "PINK"]
_CONTAINERS = [[], [None], [[1]], ["a", 1], {}, {"wrong": 1}, {"word": "a"}]
_CHOICES = [{"id": "x"}, {"id": None}, {"id": "x", "sizes": [1]}, {"number": "1", "text": None}]
JUNK = st.sampled_from([*_VALUES, *_CONTAINERS, *_CHOICES])
_LEAVES = ["null", "4", "2.5", '"a"', "RED", "true", "[1, 2]", "[[3]]", "{}"]
_OBJECTS = ['{word: "a"}', '{leaf: {word: "a"}}', '{id: "x"}', "{choice: {sizes: [1]}}"]
_DEFAULTS = st.sampled_from(_LEAVES + _OBJECTS)
_WRAPPED = st.sampled_from(["{}", "{}", "{}!", "{}!", "[{}]", "[{}!]", "[{}!]!", "[[{}]!]"])


def synthetic() -> GraphQLSchema:
    """Build a schema whose inputs use every feature of inputs; `Tree` is recursive."""
    schema = build_schema("""
        type Query { a: Int }
        scalar Day
        scalar Anything
        enum Colour { RED GREEN }
        input Leaf { word: String! colour: Colour = RED days: [Day!] sizes: [[Int!]!] = [[1], [2, 3]] }
        input Branch { leaf: Leaf! leaves: [Leaf] = [{word: "a"}] yes: Boolean! = true other: ID any: [Anything!] }
        input Choice @oneOf { id: ID branch: Branch sizes: [Int] }
        input Made { size: Int = 3 share: Float choice: Choice }
        input Tree { word: String tree: Tree trees: [Tree!] }
    """)
    types: dict[str, Any] = schema.type_map
    types["Day"].coerce_input_value = date.fromisoformat
    types["Branch"].fields["other"].out_name = "renamed"
    types["Made"].out_type = lambda fields: ("made", fields)
    return schema


def prepared_of(schema: GraphQLSchema, declared: str) -> PreparedOperation:
    """Prepare an operation with these variables, which it does not use."""
    document = parse(f"query ({declared}) {{ __typename }}")
    operation: Any = document.definitions[0]
    return PreparedOperation(schema, document, operation, Limits())


def definitions_of(prepared: PreparedOperation) -> tuple[VariableDefinitionNode, ...]:
    """Return the variable definitions of an operation."""
    return tuple(prepared.definitions)


@st.composite
def requests(
    draw: st.DrawFn, schema: GraphQLSchema, types: list[str], *, junk: int = 0
) -> tuple[PreparedOperation, dict[str, Any]]:
    """Draw an operation with variables, and values for them.

    One value in `junk` and one default in eight are arbitrary; none are when `junk` is 0.
    """
    names = [draw(_WRAPPED).format(draw(st.sampled_from(types))) for _ in range(draw(st.integers(1, 3)))]
    defaults = [f" = {draw(_DEFAULTS)}" if junk and not draw(st.integers(0, 7)) else "" for _ in names]
    declared = ", ".join(f"$v{place}: {name}{defaults[place]}" for place, name in enumerate(names))
    prepared = prepared_of(schema, declared)
    sent = {}
    for definition in definitions_of(prepared):
        if (not junk and _is_required(definition)) or draw(st.integers(0, 3)):
            type_ = type_from_ast(schema, definition.type)
            sent[definition.variable.name.value] = draw(values(type_, junk))
    return prepared, sent


@st.composite
def values(draw: st.DrawFn, type_: Any, junk: int) -> Any:
    """Draw a JSON value of a type."""
    if junk and draw(st.integers(1, junk)) == junk:
        return draw(JUNK)
    if not isinstance(type_, GraphQLNonNull) and not draw(st.integers(0, 4)):
        return None
    nullable = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if isinstance(nullable, GraphQLList):
        return [draw(values(nullable.of_type, junk)) for _ in range(draw(st.integers(0, 2)))]
    if isinstance(nullable, GraphQLEnumType):
        return draw(st.sampled_from(list(nullable.values)))
    if isinstance(nullable, GraphQLInputObjectType):
        return {name: draw(values(field, junk)) for name, field in draw(_chosen(nullable))}
    return draw(GOOD.get(getattr(nullable, "name", ""), WORDS))


@st.composite
def _chosen(draw: st.DrawFn, type_: GraphQLInputObjectType) -> list[tuple[str, Any]]:
    """Draw the fields of an input object to send, in any order, with their types."""
    fields = draw(st.permutations(list(type_.fields.items())))
    declared = definition_of(type_)
    if type_.is_one_of or getattr(declared, "is_one_of", False):
        return [(name, GraphQLNonNull(field.type)) for name, field in fields[:1]]
    return [(name, f.type) for name, f in fields if is_required_input_field(f) or draw(st.booleans())]


def _is_required(definition: VariableDefinitionNode) -> bool:
    return isinstance(definition.type, NonNullTypeNode) and definition.default_value is None
