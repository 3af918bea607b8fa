"""Cache control: the directive that says how long responses with a type or field may be cached."""

from enum import Enum
from typing import TypeVar

import strawberry
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from graph.enums import declare_enum

_F = TypeVar("_F")


class CacheControlScope(Enum):
    """Who may cache a response."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


declare_enum(
    CacheControlScope,
    "Who may keep an answer.",
    PUBLIC="All anonymous callers alike.",
    PRIVATE="The client alone.",
)


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT],
    name="cacheControl",
    description="How many seconds an answer with it may be kept. The least of all that is selected counts, and an "
    "object that declares nothing counts as 0; `inheritMaxAge` leaves it to what is selected around it and below.",
)
class CacheControl:
    """How long a type or field may be cached; that of a type holds for every field that yields it."""

    max_age: int | None = None
    scope: CacheControlScope | None = None
    inherit_max_age: bool | None = None


def kept(seconds: int) -> CacheControl:
    """Return the directive that lets an object be cached for so many seconds."""
    return CacheControl(max_age=seconds)


def passing() -> CacheControl:
    """Return the directive that leaves the time to the selections around and below, as pages and edges do."""
    return CacheControl(inherit_max_age=True)


def cached(made: _F, seconds: int, scope: CacheControlScope | None = None) -> _F:
    """Let a field be cached for another time than its type; return the same field."""
    if not isinstance(made, StrawberryField):
        raise TypeError(f"{made!r} is not a field")
    made.directives = [*made.directives, CacheControl(max_age=seconds, scope=scope)]
    return made
