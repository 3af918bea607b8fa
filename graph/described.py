"""How domain enums become enums of the schema, with a description for each value."""

from enum import Enum

import strawberry


def declare_enum(enum: type[Enum], description: str, **values: str) -> None:
    """Declare a domain enum as one of the schema; every value needs its description.

    The enum's own class carries the declaration, so that resolvers may name it in their signatures.
    """
    if missing := {member.name for member in enum} ^ values.keys():
        raise TypeError(f"{enum.__name__}: descriptions and values differ in {sorted(missing)}")
    strawberry.enum(enum, description=description)
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]
