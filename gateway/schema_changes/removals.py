"""Removals: a breaking change may be released once its deprecation is over and no client needs it, or by decision."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from graphql import GraphQLSchema

from domain.entities import entity
from gateway.schema_changes.changes import Change

REMOVED_AFTER = re.compile(r"Removed after (\d{4}-\d\d-\d\d)\b")
"""What the reason of a deprecation says: the last day on which the field is sure to be there."""


@entity
class Verdict:
    """Whether a breaking change may be released, and why or why not."""

    is_allowed: bool
    why: str


def fields_of(changes: Iterable[Change]) -> list[str]:
    """Return the coordinates of the fields whose requests tell whether the changes may be released."""
    return sorted({_field_of(change.coordinate) for change in changes if "." in change.coordinate})


def verdict(
    change: Change,
    old: GraphQLSchema,
    *,
    today: date,
    usage: Mapping[str, int] | None,
    decided: frozenset[str],
) -> Verdict:
    """Judge a breaking change; `usage` has requests of the last 30 days by field, None where they were not read."""
    if decided & {change.coordinate, _dotted(change.coordinate)}:
        return Verdict(is_allowed=True, why="a decision page names it")
    reason = _deprecation_of(change.coordinate, old)
    if reason is None:
        return Verdict(is_allowed=False, why="it was not deprecated in a release")
    dated = REMOVED_AFTER.search(reason)
    if dated is None:
        return Verdict(is_allowed=False, why="its deprecation has no `Removed after YYYY-MM-DD`")
    if date.fromisoformat(dated[1]) >= today:
        return Verdict(is_allowed=False, why=f"it is promised until {dated[1]}")
    requests = None if usage is None else usage.get(_field_of(change.coordinate), 0)
    if requests:
        return Verdict(is_allowed=False, why=f"it had {requests:,} requests in 30 days")
    unused = "its requests were not read" if requests is None else "no request in 30 days"
    return Verdict(is_allowed=True, why=f"promised until {dated[1]}, {unused}")


def decided_in(folder: Path) -> frozenset[str]:
    """Return what the decision pages of a folder name in backticks."""
    return frozenset(
        name for page in folder.glob("*.md") for name in re.findall(r"`([^`\s]+)`", page.read_text("utf-8"))
    )


def _field_of(coordinate: str) -> str:
    return coordinate.partition("(")[0]


def _dotted(coordinate: str) -> str:
    """Return the coordinate as graphql-inspector writes it, whose check has the same decisions."""
    return re.sub(r"\((\w+):\)", r".\1", coordinate)


def _deprecation_of(coordinate: str, schema: GraphQLSchema) -> str | None:
    """Return the reason that the coordinate, or the field that has it as an argument, was deprecated for."""
    return next((reason for reason in _reasons(coordinate, schema) if reason is not None), None)


def _reasons(coordinate: str, schema: GraphQLSchema) -> Iterator[str | None]:
    field, _, argument = coordinate.rstrip(":)").partition("(")
    type_name, _, name = field.partition(".")
    type_ = schema.type_map.get(type_name)
    if not name:
        yield from _reasons_of_uses(type_name, schema)
        return
    members = getattr(type_, "fields", None) or getattr(type_, "values", {})
    member = members.get(name)
    if member is not None:
        yield member.args[argument].deprecation_reason if argument else None
        yield member.deprecation_reason


def _reasons_of_uses(type_name: str, schema: GraphQLSchema) -> Iterator[str | None]:
    """Yield the reason of a type: of its uses the one that promises it for the longest; none if one promises more."""
    uses = [
        use.deprecation_reason or ""
        for type_ in schema.type_map.values()
        for field in getattr(type_, "fields", {}).values()
        for use in (field, *getattr(field, "args", {}).values())
        if str(use.type).strip("[]!") == type_name
    ]
    promised = [(dated[1], reason) for reason in uses if (dated := REMOVED_AFTER.search(reason))]
    if promised and len(promised) == len(uses):
        yield max(promised)[1]
