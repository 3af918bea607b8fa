"""Enums: declares a domain enum in the schema, with a description for each value."""

from enum import Enum

import strawberry


def declare_enum(enum: type[Enum], description: str, *, name: str | None = None, **values: str) -> None:
    """Declare a domain enum in the schema; every value needs its description; `name` is for a class with a general one.

    The declaration is attached to the enum's own class, so that resolvers can use it in their signatures.
    """
    if missing := {member.name for member in enum} ^ values.keys():
        raise TypeError(f"{enum.__name__}: descriptions and values differ in {sorted(missing)}")
    strawberry.enum(enum, name=name, description=description)
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]
