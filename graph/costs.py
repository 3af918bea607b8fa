"""Cost directives: `@cost` and `@listSize` of IBM's cost specification, printed in the SDL and read by analysis."""

from collections.abc import Mapping
from inspect import Parameter
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLField
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from domain.paging import DEFAULT_PAGE
from graph.declarations import directives_of

MUTATION_WEIGHT = 10
"""The weight of a mutation, unless its declaration gives another."""
USUAL_LENGTH = 10
"""The assumed length of a bounded list, unless its declaration gives another."""
_SLICING = {"first": "first", "last": "last", "top": "first", "ids": "ids"}
"""The parameters of resolvers that set the length of a list, with the names of their arguments."""
_F = TypeVar("_F")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.ARGUMENT_DEFINITION],
    name="cost",
    description="What a field counts in the cost of an operation, instead of 1 where it gives objects and 0 where it "
    "gives a value; on an argument, what giving it adds. (IBM's GraphQL Cost Directives Specification)",
)
class Cost:
    """The weight of a field or an argument, a whole number."""

    weight: str


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How long a list is reckoned to be: what one of `slicingArguments` asks for (a number, or the length "
    "of a list), else `assumedSize`. In a connection that holds for its `sizedFields`. (IBM's GraphQL Cost "
    "Directives Specification)",
)
class ListSize:
    """The length of a list field for the cost analysis."""

    assumed_size: int | None = None
    slicing_arguments: list[str] | None = None
    sized_fields: list[str] | None = None
    require_one_slicing_argument: bool | None = True


def cost(weight: int) -> Cost:
    """Return the directive that gives a field or an argument a weight."""
    return Cost(weight=str(weight))


def weighed(made: _F, weight: int) -> _F:
    """Give a weight to a field that costs more than its response shows; return the same field."""
    if not isinstance(made, StrawberryField):
        raise TypeError(f"{made!r} is not a field")
    made.directives = [d for d in made.directives if not isinstance(d, Cost)] + [cost(weight)]
    return made


def sizes(at_most: int | None, usual: int | None, parameters: Mapping[str, Parameter]) -> list[ListSize]:
    """Return the `@listSize` of a field; none for a field that is neither a list nor a connection."""
    sliced = [name for name in _SLICING if name in parameters]
    slicing = [_SLICING[name] for name in sliced]
    if at_most is not None:
        defaults = [p.default for name in sliced if isinstance((p := parameters[name]).default, int)]
        assumed = usual or next(iter(defaults), min(at_most, USUAL_LENGTH))
        if not slicing:
            return [ListSize(assumed_size=assumed, require_one_slicing_argument=None)]
        return [ListSize(assumed_size=assumed, slicing_arguments=slicing, require_one_slicing_argument=False)]
    if "first" not in slicing:
        return []
    return [
        ListSize(
            assumed_size=DEFAULT_PAGE,
            slicing_arguments=slicing,
            sized_fields=["edges", "nodes"],
            require_one_slicing_argument=False,
        )
    ]


def list_size_of(field: GraphQLField) -> ListSize | None:
    """Return the `@listSize` of a field."""
    return next(iter(directives_of(field, ListSize)), None)


def weight_of(field: GraphQLField) -> int | None:
    """Return the weight in a field's `@cost`."""
    return _weight(field)


def weights_of_arguments(field: GraphQLField) -> Mapping[str, int]:
    """Return the weight of each argument that has one."""
    weights = {name: _weight(argument) for name, argument in field.args.items()}
    return {name: weight for name, weight in weights.items() if weight is not None}


def _weight(thing: Any) -> int | None:
    return next((int(cost.weight) for cost in directives_of(thing, Cost)), None)
