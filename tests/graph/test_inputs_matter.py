"""Inputs matter: each value of an enum that clients send gives something that no other value gives."""

from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
)

from graph.schema import executable
from tests.support.enum_effects import EFFECTS
from tests.support.schema_client import Asker

SCHEMA = executable()
REFUSED = {
    "SetNodeStateInput.state NodeState": {"LOCKED"},  # missing prerequisites lock a node, and no learner does
    "TransitionGoalInput.to GoalState": {
        "DRAFT",
        "OVERDUE",
    },  # a goal begins as one, and a deadline does the other
}
"""Values that a place refuses in every case, and says so: its enum also tells what is."""
AS_ANOTHER = {"SignInWithGoogleInput.refreshBy RefreshDelivery": "it signs in as `login` does"}


def places() -> dict[str, list[str]]:
    """Return the places where clients send an enum of several values, with these."""
    inputs: dict[str, Any] = {}
    for type_ in SCHEMA.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            inputs |= {f"{type_.name}.{name}": field for name, field in type_.fields.items()}
        elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                inputs |= {f"{type_.name}.{name}({arg}:)": given for arg, given in field.args.items()}
    enums = {place: get_named_type(given.type) for place, given in inputs.items()}
    return {
        f"{place} {enum.name}": list(enum.values)
        for place, enum in enums.items()
        if isinstance(enum, GraphQLEnumType) and len(enum.values) > 1
    }


def test_every_place_where_clients_choose_is_tried() -> None:
    assert places().keys() == EFFECTS.keys() | AS_ANOTHER.keys()


@pytest.mark.slow
@pytest.mark.parametrize("place", EFFECTS)
async def test_each_value_gives_what_no_other_value_gives(ask: Asker, place: str) -> None:
    values = places()[place]

    given = dict(zip(values, await EFFECTS[place](ask, values), strict=True))

    refused = {value for value, effect in given.items() if effect is None}
    accepted_ones = [effect for value, effect in given.items() if value not in refused]
    assert refused == REFUSED.get(place, set())
    assert all(effect not in accepted_ones[:at] for at, effect in enumerate(accepted_ones)), given
