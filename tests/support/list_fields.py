"""List fields of the schema: documents that select each of them with everything below, and databases to run them on."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from graph.documents.limits import Limits
from graph.schema import executable
from tests.support.minimal_documents import Paths, arguments

WIDE_LIMITS = Limits(depth=30, aliases=1_000, fields=10_000, cost=10**8, tokens=20_000)
SCHEMA = executable()
NOTHING_FOUND = {"RoadmapVersion.diff": f'(against: "roadmapversion_{"0" * 26}")'}
"""Arguments that are ids of a kind, where a world gives no others."""


class ListPaths(Paths):
    """Paths with the arguments that find the large objects of a world, and pages of 100 items."""

    def __init__(self, given: dict[str, str]) -> None:
        super().__init__(SCHEMA)
        self.given = NOTHING_FOUND | given

    def written(self, owner: Any, name: str) -> str:
        field = owner.fields[name]
        arguments_of_world = self.given.get(f"{owner.name}.{name}")
        if arguments_of_world is not None:
            return arguments_of_world
        return "(first: 100)" if "first" in field.args else arguments(field)


def every_list_field() -> list[str]:
    """Return every list field of the SDL."""
    return sorted(
        f"{type_.name}.{name}"
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not type_.name.startswith("__")
        for name, field in type_.fields.items()
        if is_list_type(get_nullable_type(field.type))
    )


def list_fields() -> list[str]:
    """Return every list field of the SDL that a query can reach."""
    paths = Paths(SCHEMA)
    documents = {}
    for coordinate in every_list_field():
        type_name, field_name = coordinate.split(".")
        documents[coordinate] = paths.document(type_name, field_name, "")
    return [
        coordinate
        for coordinate, text in documents.items()
        if text is not None and not text.startswith(("mutation", "subscription"))
    ]


def everything_below(type_: Any, paths: ListPaths) -> str:
    """Write a selection of every field of a type, and of the leaves of its relations."""
    if not hasattr(type_, "fields"):
        return "{ __typename }"
    parts = ["__typename"]
    for name, field in type_.fields.items():
        named = get_named_type(field.type)
        head = f"{name}{paths.written(type_, name)}"
        if is_leaf_type(named):
            parts.append(head)
        else:
            inner = [
                n
                for n, f in getattr(named, "fields", {}).items()
                if is_leaf_type(get_named_type(f.type)) and not f.args
            ]
            parts.append(f"{head} {{ __typename {' '.join(inner)} }}")
    return "{ " + " ".join(parts) + " }"


@asynccontextmanager
async def cloned_database(server_url: str, template: str) -> AsyncIterator[str]:
    """Clone the template for the length of a block, and yield the address of the clone."""
    name = f"world_{os.urandom(5).hex()}"
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield f"{server_url.rpartition('/')[0]}/{name}"
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()
