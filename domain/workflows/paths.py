"""Paths: the names of values of a workflow, like `inputs.weeks` or `results.split.items`."""

import re
from collections.abc import Mapping
from typing import Any

from domain.errors import InvalidInputError

Path = tuple[str, ...]
INPUTS = "inputs"
RESULTS = "results"
ITEM = "item"
FROM = "from"
"""The one name of an argument that is a path: `{"from": "inputs.weeks"}`."""
_DEEPEST = 10
_is_name = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}").fullmatch
NAME_IS = "1 to 64 letters, digits and _, and begin with a letter"


def is_name(text: str) -> bool:
    """Tell whether a text may name an input or a step."""
    return _is_name(text) is not None


def of_argument(value: Any) -> str | None:
    """Return the path that an argument consists of; None for a constant."""
    if isinstance(value, dict) and value.keys() == {FROM} and isinstance(value[FROM], str):
        path: str = value[FROM]
        return path
    return None


def read(text: str) -> Path:
    """Return the names of a path; raises InvalidInputError."""
    names = tuple(text.split("."))
    if len(names) > _DEEPEST or not all(is_name(name) for name in names):
        raise InvalidInputError("A path must be names with dots between, like inputs.weeks.")
    return names


def value_at(path: Path, values: Mapping[str, Any]) -> Any:
    """Return the value at the path; None where there is none."""
    found: Any = values
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
