"""Changes of a schema by coordinate, with what each means to clients that were built before it."""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
    is_required_argument,
    is_required_input_field,
    is_specified_directive,
    is_specified_scalar_type,
    print_ast,
)
from graphql.utilities.find_schema_changes import (
    is_change_safe_for_input_object_field_or_field_arg as is_safe_input,
)
from graphql.utilities.find_schema_changes import (
    is_change_safe_for_object_or_interface_field as is_safe_output,
)

_WithFields = (GraphQLObjectType, GraphQLInterfaceType)


class Criticality(Enum):
    """What a change means to clients that were built before it."""

    BREAKING = "breaking"
    """Documents or answers of theirs become invalid."""
    DANGEROUS = "dangerous"
    """Their documents stay valid, but they may meet what they do not know."""
    SAFE = "safe"
    """They notice nothing."""


class Change(NamedTuple):
    """One change; `what` goes on from the coordinate."""

    criticality: Criticality
    coordinate: str
    what: str


BREAKING, DANGEROUS, SAFE = Criticality
ADDED, REMOVED = "added", "removed"


def changes(old: GraphQLSchema, new: GraphQLSchema) -> list[Change]:
    """Return every change, breaking ones first, then by coordinate; descriptions are left out."""
    found = [*_types(old, new), *_directives(old, new)]
    order = list(Criticality)
    return sorted(found, key=lambda change: (order.index(change.criticality), change.coordinate, change.what))


def _types(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    before, after = _named(old), _named(new)
    yield from _members(before, after, "{}", BREAKING, SAFE)
    for name in before.keys() & after.keys():
        was: Any = before[name]
        now: Any = after[name]
        if type(was) is not type(now):
            yield Change(BREAKING, name, "is of another kind")
        elif isinstance(was, _WithFields):
            yield from _fields(was, now)
            yield from _of_names(name, "interface", _names(was.interfaces), _names(now.interfaces))
        elif isinstance(was, GraphQLUnionType):
            yield from _of_names(name, "member", _names(was.types), _names(now.types))
        elif isinstance(was, GraphQLEnumType):
            yield from _values(was, now)
        elif isinstance(was, GraphQLInputObjectType):
            yield from _inputs(was.fields, now.fields, f"{was}.{{}}", is_required_input_field)


def _named(schema: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    return {
        name: type_
        for name, type_ in schema.type_map.items()
        if not is_introspection_type(type_) and not is_specified_scalar_type(type_)
    }


def _members(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    at: str,
    removed: Criticality,
    added: Criticality,
) -> Iterator[Change]:
    yield from (Change(removed, at.format(name), REMOVED) for name in before.keys() - after.keys())
    yield from (Change(added, at.format(name), ADDED) for name in after.keys() - before.keys())


def _fields(was: Any, now: Any) -> Iterator[Change]:
    yield from _members(was.fields, now.fields, f"{was}.{{}}", BREAKING, SAFE)
    for name in was.fields.keys() & now.fields.keys():
        old, new, at = was.fields[name], now.fields[name], f"{was}.{name}"
        if str(old.type) != str(new.type):
            criticality = SAFE if is_safe_output(old.type, new.type) else BREAKING
            yield Change(criticality, at, f"is {new.type} instead of {old.type}")
        yield from _deprecation(at, old, new)
        yield from _inputs(old.args, new.args, f"{at}({{}}:)", is_required_argument)


def _inputs(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    at: str,
    is_required: Callable[[Any], bool],
) -> Iterator[Change]:
    """Yield the changes of arguments or of the fields of an input."""
    for name in before.keys() - after.keys():
        yield Change(BREAKING, at.format(name), REMOVED)
    for name in after.keys() - before.keys():
        required = is_required(after[name])
        yield Change(
            BREAKING if required else DANGEROUS, at.format(name), f"{ADDED}, required" if required else ADDED
        )
    for name in before.keys() & after.keys():
        old, new = before[name], after[name]
        if str(old.type) != str(new.type):
            criticality = SAFE if is_safe_input(old.type, new.type) else BREAKING
            yield Change(criticality, at.format(name), f"is {new.type} instead of {old.type}")
        if _default(old) != _default(new):
            yield Change(
                DANGEROUS, at.format(name), f"is by default {_default(new)} instead of {_default(old)}"
            )
        yield from _deprecation(at.format(name), old, new)


def _default(given: GraphQLArgument | GraphQLInputField) -> str:
    """Return the default as the SDL writes it."""
    default = given.default
    return "nothing" if default is None or default.literal is None else print_ast(default.literal)


def _values(was: GraphQLEnumType, now: GraphQLEnumType) -> Iterator[Change]:
    yield from _members(was.values, now.values, f"{was}.{{}}", BREAKING, DANGEROUS)
    for name in was.values.keys() & now.values.keys():
        yield from _deprecation(f"{was}.{name}", was.values[name], now.values[name])


def _names(types: Any) -> set[str]:
    return {type_.name for type_ in types}


def _of_names(at: str, noun: str, before: set[str], after: set[str]) -> Iterator[Change]:
    yield from (Change(BREAKING, at, f"{noun} {name} {REMOVED}") for name in before - after)
    yield from (Change(DANGEROUS, at, f"{noun} {name} {ADDED}") for name in after - before)


def _deprecation(at: str, old: Any, new: Any) -> Iterator[Change]:
    if old.deprecation_reason == new.deprecation_reason:
        return
    reason = new.deprecation_reason
    yield Change(SAFE, at, "no longer deprecated" if reason is None else f"deprecated: {reason}")


def _directives(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    before, after = (
        {each.name: each for each in schema.directives if not is_specified_directive(each)}
        for schema in (old, new)
    )
    yield from _members(before, after, "@{}", BREAKING, SAFE)
    for name in before.keys() & after.keys():
        was, now = before[name], after[name]
        yield from _inputs(was.args, now.args, f"@{name}({{}}:)", is_required_argument)
        for place in set(was.locations) - set(now.locations):
            yield Change(BREAKING, f"@{name}", f"location {place.name} {REMOVED}")
        if was.is_repeatable and not now.is_repeatable:
            yield Change(BREAKING, f"@{name}", "no longer repeatable")
