"""Job arguments: checks the arguments of a job against its kind, and writes them as JSON."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date
from functools import lru_cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from domain.errors import InvalidInputError
from domain.ids import PREFIXES, is_id
from domain.jobs.job_kinds import JobKind
from domain.refusals import all_at_once

LARGEST_BYTES = 16_384
"""How many bytes the arguments of one job hold at most, as JSON; larger things are stored and named by an id."""
_NAMES: dict[Any, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict[str, Any]: "an object",
}


def read(kind: JobKind, given: Mapping[str, Any]) -> Any:
    """Return the arguments as the entity of the kind.

    Raises InvalidInputErrors that name the arguments: for a missing, unknown or wrong one, and for too many bytes.
    """
    check_size(given)
    hints = types_of(kind)
    values = {}
    with all_at_once() as each:
        with each:
            if given.keys() - hints.keys():
                known = ", ".join(sorted(hints)) or "none"
                raise InvalidInputError(
                    f"arguments has a name that {kind.name} does not know; it knows: {known}.",
                    field="arguments",
                )
        for field in fields(kind.arguments):
            with each:
                if field.name in given:
                    check(kind, field.name, given[field.name])
                    values[field.name] = given[field.name]
                elif field.default is MISSING and field.default_factory is MISSING:
                    raise InvalidInputError(
                        f"{kind.name} needs {field.name}.", field=f"arguments.{field.name}"
                    )
    return kind.arguments(**values)


def check(kind: JobKind, name: str, value: Any) -> None:
    """Check one argument by itself; raises InvalidInputError.

    The metadata `between` of a number is its bounds; a text with the metadata `is_date` is a date.
    """
    field = f"arguments.{name}"
    _check(value, types_of(kind)[name], field)
    (declared,) = (each for each in fields(kind.arguments) if each.name == name)
    least, most = declared.metadata.get("between", (None, None))
    if least is not None and not least <= value <= most:
        raise InvalidInputError(f"{field} must be from {least} to {most}.", field=field)
    if declared.metadata.get("is_date") and value is not None and not _is_date(value):
        raise InvalidInputError(f"{field} must be a date like 2026-03-02.", field=field)


def types_of(kind: JobKind) -> Mapping[str, Any]:
    """Return the annotations of the arguments by their names."""
    arguments: Any = kind.arguments
    return _hints(arguments)


def needed(kind: JobKind) -> list[str]:
    """Return the names of the arguments that have no default."""
    return [
        field.name
        for field in fields(kind.arguments)
        if field.default is MISSING and field.default_factory is MISSING
    ]


def check_size(given: Mapping[str, Any], *, field: str = "arguments") -> None:
    """Raise InvalidInputError that names `field` for an object of too many bytes."""
    if len(json.dumps(given)) > LARGEST_BYTES:
        raise InvalidInputError(f"{field} may hold at most {LARGEST_BYTES} bytes.", field=field)


def written(kind: JobKind, arguments: Any) -> dict[str, Any]:
    """Return the arguments as a JSON object; raises TypeError for an entity of another kind."""
    if type(arguments) is not kind.arguments:
        raise TypeError(f"{kind.name} takes {kind.arguments.__name__}, not {type(arguments).__name__}")
    return {field.name: getattr(arguments, field.name) for field in fields(kind.arguments)}


@lru_cache(maxsize=256)
def _hints(arguments: type[Any]) -> dict[str, Any]:
    return get_type_hints(arguments)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check(value: Any, expected: Any, field: str) -> None:
    options = _options(expected)
    if value is None and NoneType in options:
        return
    for option in options:
        if get_origin(option) is list and isinstance(value, list):
            for item in value:
                _check(item, get_args(option)[0], field)
            return
        if option is not NoneType and _is_of(value, option):
            return
    raise InvalidInputError(f"{field} must be {name_of(expected)}.", field=field)


def name_of(expected: Any) -> str:
    """Return what people call the values of an annotation."""
    return " or ".join(_name(option) for option in _options(expected) if option is not NoneType)


def _options(expected: Any) -> tuple[Any, ...]:
    return (expected,) if get_origin(expected) in {list, dict} else get_args(expected) or (expected,)


def _is_of(value: Any, expected: Any) -> bool:
    prefix = PREFIXES.get(expected)
    if prefix is not None:
        return isinstance(value, str) and is_id(value, prefix)
    if get_origin(expected) is dict:
        return isinstance(value, dict)
    if expected is float:
        return type(value) in {int, float}
    return type(value) is expected


def _name(expected: Any) -> str:
    if get_origin(expected) is list:
        return "a list"
    prefix = PREFIXES.get(expected)
    return f"an id like {prefix}_..." if prefix is not None else _NAMES[expected]
