"""Field merging: refuses exactly the documents that graphql-core's rule refuses."""

from random import Random

import pytest
from graphql import GraphQLError, OverlappingFieldsCanBeMergedRule, build_schema, parse, validate

from graph.documents.field_merging import FieldMerging

SCHEMA = build_schema("""
    interface Animal { name(loud: Boolean, at: Place): String  parent: Animal  friends: [Animal!]!  weight: Int }
    type Dog implements Animal {
      name(loud: Boolean, at: Place): String  parent: Dog  friends: [Animal!]!  weight: Int!  barks: Boolean
    }
    type Cat implements Animal {
      name(loud: Boolean, at: Place): String  parent: Animal  friends: [Cat!]!  weight: Int  barks: Int
    }
    union Pet = Dog | Cat
    input Place { x: Int y: [Int!] }
    enum Mood { GOOD BAD }
    type Query { animal(at: Place): Animal  pet: Pet  dog: Dog  cat: Cat  mood: Mood  text: String }
""")
NAMES = [
    "name",
    "name(loud: true)",
    "name(loud: $b)",
    "name(at: {x: 1, y: [1]}, loud: true)",
    "name(loud: true, at: {y: [1], x: 1})",
    "weight",
    "__typename",
]
TYPES = ["Animal", "Dog", "Cat", "Pet"]
GIVES = {
    ("Animal", "parent"): "Animal",
    ("Dog", "parent"): "Dog",
    ("Cat", "parent"): "Animal",
    ("Animal", "friends"): "Animal",
    ("Dog", "friends"): "Animal",
    ("Cat", "friends"): "Cat",
}
ROOTS = {"animal": "Animal", "animal(at: {x: 1})": "Animal", "pet": "Pet", "dog": "Dog", "cat": "Cat"}


def selection(draw: Random, on: str, depth: int, spreads: list[str]) -> str:
    """Return selections on a type, of which any two may conflict."""
    parts = []
    for _ in range(draw.randint(1, 3)):
        alias = draw.choice(["", "", "", "x: ", "y: ", "name: ", "parent: "])
        kind = draw.random()
        if depth and kind < 0.35 and on != "Pet":
            field = draw.choice(["parent", "friends"])
            inner = selection(draw, GIVES[on, field], depth - 1, spreads)
            parts.append(f"{alias}{field} {{ {inner} }}")
        elif depth and kind < 0.55:
            to = draw.choice(TYPES)
            parts.append(f"... on {to} {{ {selection(draw, to, depth - 1, spreads)} }}")
        elif spreads and kind < 0.65:
            parts.append(draw.choice(spreads))
        elif on == "Pet":
            parts.append(f"{alias}__typename")
        else:
            parts.append(alias + draw.choice([*NAMES, "barks"] if on in {"Dog", "Cat"} else NAMES))
    return " ".join(parts)


def document(seed: int) -> str:
    draw = Random(seed)
    fields = []
    for _ in range(draw.randint(1, 2)):
        root = draw.choice(list(ROOTS))
        alias = draw.choice(["", "", "x: "])
        fields.append(f"{alias}{root} {{ {selection(draw, ROOTS[root], 3, ['...F', '...G'])} }}")
    on = draw.choice(TYPES)
    first, second = selection(draw, on, 2, ["...G"]), selection(draw, "Dog", 1, [])
    used = "k: pet { ...F ...G }"
    return (
        f"{{ {' '.join(fields)} {used} }} fragment F on {on} {{ {first} }} fragment G on Dog {{ {second} }}"
    )


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_it_agrees_with_the_reference(block: int) -> None:
    verdicts = []
    for seed in range(block * 150, block * 150 + 150):
        text = document(seed)

        expected = bool(validate(SCHEMA, parse(text), [OverlappingFieldsCanBeMergedRule]))

        assert conflicts(text) == expected, text
        verdicts.append(expected)
    assert set(verdicts) == {True, False}, "both results must occur"


def conflicts(text: str) -> bool:
    try:
        FieldMerging(SCHEMA, parse(text)).check()
    except GraphQLError as conflict:
        return (conflict.extensions or {})["code"] == "GRAPHQL_VALIDATION_FAILED" and bool(conflict.locations)
    return False


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("name name", False),
        ("name name(loud: true)", True),
        ("x: name x: weight", True),
        ("name(loud: true, at: {x: 1, y: []}) name(at: {y: [], x: 1}, loud: true)", False),
        ("... on Dog { x: name } ... on Cat { x: name(loud: true) }", False),
        ("... on Dog { x: name } ... on Animal { x: name(loud: true) }", True),
        ("... on Dog { barks } ... on Cat { barks }", True),
        ("... on Dog { weight } ... on Cat { weight }", True),
        ("... on Dog { parent { x: name } } ... on Cat { parent { x: weight } }", True),
        ("... on Dog { parent { x: name } } ... on Cat { parent { x: name(loud: true) } }", False),
        ("parent { x: name } parent { x: weight }", True),
        ("x: friends { name } x: parent { name }", True),
    ],
)
def test_conflicts(selection: str, expected: bool) -> None:
    text = f"{{ animal {{ {selection} }} }}"

    assert conflicts(text) == expected
    assert bool(validate(SCHEMA, parse(text), [OverlappingFieldsCanBeMergedRule])) == expected
