"""What fields cost: the directives of IBM's cost specification, each printed in the SDL and reckoned with."""

from collections.abc import Mapping
from inspect import Parameter
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLField
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from domain.paging import DEFAULT_PAGE

MUTATION_WEIGHT = 10
"""What a mutation counts instead of 1, unless its declaration says otherwise."""
USUAL_LENGTH = 10
"""How long a bounded list is taken to be where its declaration does not tell."""
_SLICING = {"first": "first", "last": "last", "top": "first", "ids": "ids"}
"""The parameters of resolvers that say how long a list is, with the names of their arguments."""
_F = TypeVar("_F")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.ARGUMENT_DEFINITION],
    name="cost",
    description="What a field counts in the cost of an operation, instead of 1 where it gives objects and 0 where it "
    "gives a value; on an argument, what giving it adds. (IBM's GraphQL Cost Directives Specification)",
)
class Cost:
    """The weight of a field or an argument: a whole number."""

    weight: str


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How long a list is reckoned to be: what one of `slicingArguments` asks for (a number, or the length "
    "of a list), else `assumedSize`. In a connection that holds for its `sizedFields`. (IBM's GraphQL Cost "
    "Directives Specification)",
)
class ListSize:
    """The size that the cost of a list field is reckoned with."""

    assumed_size: int | None = None
    slicing_arguments: list[str] | None = None
    sized_fields: list[str] | None = None
    require_one_slicing_argument: bool | None = True


def cost(weight: int) -> Cost:
    """Weigh a field or an argument."""
    return Cost(weight=str(weight))


def weighed(made: _F, weight: int) -> _F:
    """Weigh a field that costs more than what it answers with; returns the same field."""
    if not isinstance(made, StrawberryField):
        raise TypeError(f"{made!r} is no field")
    made.directives = [d for d in made.directives if not isinstance(d, Cost)] + [cost(weight)]
    return made


def sizes(at_most: int | None, usual: int | None, parameters: Mapping[str, Parameter]) -> list[ListSize]:
    """Say how long the list of a field is reckoned to be; nothing of a field that is neither list nor connection."""
    sliced = [name for name in _SLICING if name in parameters]
    slicing = [_SLICING[name] for name in sliced]
    if at_most is not None:
        unless_told = [p.default for name in sliced if isinstance((p := parameters[name]).default, int)]
        assumed = usual or next(iter(unless_told), min(at_most, USUAL_LENGTH))
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
    """Return what the field's `@listSize` says."""
    return next((d for d in _directives(field) if isinstance(d, ListSize)), None)


def weight_of(field: GraphQLField) -> int | None:
    """Return the weight of a field's `@cost`."""
    return _weight(field)


def weights_of_arguments(field: GraphQLField) -> Mapping[str, int]:
    """Return the weight of each argument that has one."""
    found = {name: _weight(argument) for name, argument in field.args.items()}
    return {name: weight for name, weight in found.items() if weight is not None}


def _weight(thing: Any) -> int | None:
    return next((int(d.weight) for d in _directives(thing) if isinstance(d, Cost)), None)


def _directives(thing: Any) -> tuple[object, ...]:
    definition = (thing.extensions or {}).get("strawberry-definition")
    return tuple(getattr(definition, "directives", ()) or ())
