"""The guard against N+1: every list field of the SDL costs the same number of statements at 1, 10 and 100 items."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from graph.limits import Limits
from graph.schema import executable
from persistence.engine import connect
from tests.asking import Asker, asker_on
from tests.graph.minimal import Paths, arguments
from tests.graph.world import World, world_of

SIZES = (1, 10, 100)
ROOMY = Limits(depth=30, aliases=1_000, fields=10_000, cost=10**8, tokens=20_000)
SCHEMA = executable()
OF_FIXED_LENGTH = {
    "AdminUser.roles": "the roles of one user",
    "AuditEntry.difference": "what one act changed",
    "ApiKey.scopes": "the scopes of one key",
    "Analytics.weakAreas": "needs ten answers a domain",
    "Performance.days": "the period's",
    "AttemptSlot.optionFeedback": "true/false questions have one remark",
    "Dashboard.recentActivities": "always the latest ten",
    "Enrolment.nextNodes": "always the first five",
    "Goal.allowedTransitions": "the state machine's",
    "Goal.history": "a new goal has one",
    "LevelProgress.unlocks": "empty for now",
    "QuizAttempt.xpEntries": "at most three",
    "RevealedKey.acceptedRanges": "the world's questions are true or false",
    "RevealedKey.acceptedTexts": "the world's questions are true or false",
    "RevealedKey.correctOptionIds": "the world's questions are true or false",
    "RateLimit.buckets": "one a kind of limit",
    "RoadmapNode.prerequisites": "groups; the members are what grows",
    "RoadmapNode.resources": "one a node",
    "MultipleChoice.options": "the world's questions are true or false",
    "SingleChoice.options": "the world's questions are true or false",
    "SlotAnswer.options": "the world's questions are true or false",
    "Roadmap.versions": "one a roadmap",
    "User.apiKeys": "at most twenty a user",
    "User.roles": "the roles of one user",
}
"""List fields whose length is not the world's: their statements are counted all the same."""


class ListPaths(Paths):
    """Paths with the arguments that lead to the large objects of a world, asking each page for all it has."""

    def __init__(self, given: dict[str, str]) -> None:
        super().__init__(SCHEMA)
        self.given = given

    def written(self, owner: Any, name: str) -> str:
        field = owner.fields[name]
        known = self.given.get(f"{owner.name}.{name}")
        if known is not None:
            return known
        return "(first: 100)" if "first" in field.args else arguments(field)


def list_fields() -> list[str]:
    """Find every list field of the SDL that a query reaches."""
    paths = Paths(SCHEMA)
    found = []
    for type_ in SCHEMA.type_map.values():
        if type_.name.startswith("__") or not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            continue
        for name, field in type_.fields.items():
            text = (
                paths.document(type_.name, name, "") if is_list_type(get_nullable_type(field.type)) else None
            )
            if text is not None and not text.startswith(("mutation", "subscription")):
                found.append(f"{type_.name}.{name}")
    return sorted(found)


def everything_below(type_: Any, paths: ListPaths) -> str:
    """Select every field of a type, relations with their name and their leaves."""
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


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_every_list_field_costs_the_same_statements_at_any_length(
    server_url: str, template: str
) -> None:
    counts: dict[str, list[int]] = {}
    lengths: dict[str, list[int]] = {}
    for size in SIZES:
        async with (
            _database(server_url, template) as url,
            connect(url) as database,
            asker_on(database, limits=ROOMY) as ask,
        ):
            world = await world_of(ask, size)
            for coordinate in list_fields():
                statements, length = await _cost(ask, world, coordinate)
                counts.setdefault(coordinate, []).append(statements)
                lengths.setdefault(coordinate, []).append(length)

    assert len(counts) > 20
    growing = {coordinate: found for coordinate, found in counts.items() if len(set(found)) > 1}
    assert growing == {}, "statements at 1, 10 and 100 items"
    short = {
        c: found
        for c, found in lengths.items()
        if not found[0] < found[1] < found[2] and c not in OF_FIXED_LENGTH
    }
    assert short == {}, "the longest list met at 1, 10 and 100 items: the world has to grow these"


async def _cost(ask: Asker, world: World, coordinate: str) -> tuple[int, int]:
    """Run a query that selects everything below the list; return its statements and the list's length."""
    type_name, name = coordinate.split(".")
    paths = ListPaths(world.arguments)
    named = get_named_type(SCHEMA.type_map[type_name].fields[name].type)
    selection = "" if is_leaf_type(named) else everything_below(named, paths)
    text = paths.document(type_name, name, selection)
    assert text is not None
    response = await ask(text, world.viewer)
    assert ask.defects == [], (text, ask.defects)
    assert "errors" not in response, (text, response["errors"])
    relations = text.count("{")
    assert ask.statements <= relations + 1, text
    return ask.statements, _longest(response["data"], name)


def _longest(value: Any, name: str) -> int:
    """Return the length of the longest list under this response key."""
    longest = 0
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            found = item.get(name)
            if isinstance(found, list):
                longest = max(longest, len(found))
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return longest


@asynccontextmanager
async def _database(server_url: str, template: str) -> AsyncIterator[str]:
    name = f"world_{os.urandom(5).hex()}"
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield f"{server_url.rpartition('/')[0]}/{name}"
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()
