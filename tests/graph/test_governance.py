"""Schema governance: deprecations name a replacement and a date, and costs are printed in the SDL."""

import re
from datetime import date
from typing import Any

import pytest
from graphql import (
    DirectiveNode,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    ListTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    parse,
)

from graph.schema import executable, sdl

REPLACEMENT = re.compile(r"`[A-Za-z_.]+`")
DATE = re.compile(r"\b20\d\d-\d\d-\d\d\b")


def deprecations(schema: Any) -> dict[str, str]:
    """Return the reason of each deprecated coordinate."""
    found: dict[str, str] = {}
    for type_ in schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        members: dict[str, Any] = dict(getattr(type_, "values", {}))
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            members |= type_.fields
        for name, member in members.items():
            arguments = {f"{name}({a}:)": arg for a, arg in getattr(member, "args", {}).items()}
            for place, thing in {name: member, **arguments}.items():
                if thing.deprecation_reason is not None:
                    found[f"{type_.name}.{place}"] = thing.deprecation_reason
    return found


def flaws(reason: str) -> list[str]:
    """Return what the reason of a deprecation does not name."""
    missing = [] if REPLACEMENT.search(reason) else ["its replacement, in backticks"]
    dates = DATE.findall(reason)
    return missing + ([] if dates and date.fromisoformat(dates[0]) else ["the date of its removal"])


def test_a_deprecation_names_its_replacement_and_the_date_of_its_removal() -> None:
    incomplete = {at: flaws(reason) for at, reason in deprecations(executable()).items() if flaws(reason)}

    assert incomplete == {}


def test_an_incomplete_deprecation_is_found() -> None:
    assert flaws("Old.") == ["its replacement, in backticks", "the date of its removal"]
    assert flaws("Use `Goal.state`; removed on 2027-01-31.") == []


def objects() -> list[ObjectTypeDefinitionNode]:
    return [d for d in parse(sdl()).definitions if isinstance(d, ObjectTypeDefinitionNode)]


def directive(field: Any, name: str) -> DirectiveNode | None:
    return next((d for d in field.directives or () if d.name.value == name), None)


@pytest.mark.slow
def test_every_mutation_prints_its_weight() -> None:
    (mutations,) = (d for d in objects() if d.name.value == "Mutation")

    assert [f.name.value for f in mutations.fields or () if directive(f, "cost") is None] == []


@pytest.mark.slow
def test_every_list_prints_its_assumed_size() -> None:
    missing = []
    for type_ in objects():
        for field in type_.fields or ():
            given = field.type.type if isinstance(field.type, NonNullTypeNode) else field.type
            named = given.name.value if hasattr(given, "name") else ""
            is_long = isinstance(given, ListTypeNode) or named.endswith("Connection")
            if is_long and directive(field, "listSize") is None:
                missing.append(f"{type_.name.value}.{field.name.value}")

    assert missing == []


def test_a_list_needs_no_slicing_argument() -> None:
    """IBM's `requireOneSlicingArgument` is true by default, and all pages here have a default size."""
    for type_ in objects():
        for field in type_.fields or ():
            size = directive(field, "listSize")
            arguments = {a.name.value: a.value for a in size.arguments or ()} if size else {}
            if "slicingArguments" in arguments:
                assert arguments["requireOneSlicingArgument"].value is False
                assert int(arguments["assumedSize"].value) > 0
                given = {a.name.value for a in field.arguments or ()}
                assert {value.value for value in arguments["slicingArguments"].values} <= given
