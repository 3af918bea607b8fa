"""Caching: the word of the schema for how long what a type or a field yields may be kept."""

from enum import Enum
from typing import TypeVar

import strawberry
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from graph.described import declare_enum

_F = TypeVar("_F")


class CacheControlScope(Enum):
    """Who may keep an answer."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


declare_enum(
    CacheControlScope,
    "Who may keep an answer.",
    PUBLIC="Everyone, where nobody was signed in to ask.",
    PRIVATE="The client alone.",
)


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    name="cacheControl",
    description="How many seconds an answer with it may be kept. The least of all that is selected counts, and an "
    "object that declares nothing counts as 0; `inheritMaxAge` leaves it to what is selected around it and below.",
)
class CacheControl:
    """How long a type or field may be kept; that of a type holds for every field that yields it."""

    max_age: int | None = None
    scope: CacheControlScope | None = None
    inherit_max_age: bool | None = None


def kept(seconds: int) -> CacheControl:
    """Let an object be kept."""
    return CacheControl(max_age=seconds)


def passing() -> CacheControl:
    """Leave it to what is selected around an object and below it: pages and edges are nothing of their own."""
    return CacheControl(inherit_max_age=True)


def cached(made: _F, seconds: int, scope: CacheControlScope | None = None) -> _F:
    """Let a field be kept for otherwise than its type says; returns the same field."""
    if not isinstance(made, StrawberryField):
        raise TypeError(f"{made!r} is no field")
    made.directives = [*made.directives, CacheControl(max_age=seconds, scope=scope)]
    return made
