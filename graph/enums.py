"""Enums: declares a domain enum in the schema, with a description for each value."""

from enum import Enum

import strawberry


def declare_enum(enum: type[Enum], description: str, **values: str) -> None:
    """Declare a domain enum in the schema; every value needs its description.

    The declaration is attached to the enum's own class, so that resolvers can use it in their signatures.
    """
    if missing := {member.name for member in enum} ^ values.keys():
        raise TypeError(f"{enum.__name__}: descriptions and values differ in {sorted(missing)}")
    strawberry.enum(enum, description=description)
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]
