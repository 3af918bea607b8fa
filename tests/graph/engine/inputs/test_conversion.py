"""Input conversion: arguments are converted as Strawberry's own conversion does."""

from enum import Enum
from typing import Any

import pytest
import strawberry
from strawberry.types.arguments import convert_arguments

from graph.engine.inputs.conversion import InputConverters


@strawberry.enum
class Extent(Enum):
    SMALL = "small"


@strawberry.input
class Leaf:
    first_word: str
    size: Extent | None = Extent.SMALL
    words: list[str] | None = strawberry.UNSET


@strawberry.input
class Tree:
    leaf: Leaf
    leaves: list[Leaf] = strawberry.field(default_factory=list)
    tree: "Tree | None" = None
    maybe: strawberry.Maybe[str] = None
    renamed: int = strawberry.field(default=3, name="other")


@strawberry.type
class Query:
    @strawberry.field
    def plant(
        self, the_tree: Tree | None = None, trees: list[Tree] | None = None, sizes: list[Extent] | None = None
    ) -> int:
        return 1


SCHEMA = strawberry.Schema(query=Query)
DECLARED: Any = Query.__strawberry_definition__.fields[0].arguments  # type: ignore[attr-defined]
LEAF = {"firstWord": "a", "size": Extent.SMALL, "words": ["b"]}


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"theTree": None},
        {"theTree": {"leaf": {"firstWord": "a"}}},
        {"theTree": {"leaf": LEAF, "leaves": [LEAF, LEAF], "other": 5}},
        {"theTree": {"leaf": LEAF, "tree": {"leaf": LEAF, "tree": {"leaf": LEAF}}}},
        {"theTree": {"leaf": {**LEAF, "words": None, "size": None}, "maybe": "x"}},
        {"trees": [{"leaf": LEAF}, {"leaf": LEAF, "maybe": "y"}], "sizes": [Extent.SMALL, None]},
        {"trees": None, "sizes": []},
    ],
)
def test_arguments_are_converted_as_strawberry_does(sent: dict[str, Any]) -> None:
    registry = SCHEMA.schema_converter.scalar_registry

    converted = InputConverters(SCHEMA).arguments(DECLARED)(sent)

    assert converted == convert_arguments(sent, DECLARED, registry, SCHEMA.config)


def test_a_list_is_copied_because_requests_share_its_default() -> None:
    sizes = [Extent.SMALL]

    converted = InputConverters(SCHEMA).arguments(DECLARED)({"sizes": sizes})

    assert converted["sizes"] == sizes
    assert converted["sizes"] is not sizes
