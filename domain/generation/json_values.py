"""Values of JSON that a language model wrote: read by name, with sentences that say what is wrong."""

from enum import Enum
from typing import Any, TypeVar

E = TypeVar("E", bound=Enum)
V = TypeVar("V")
_WORDS: dict[type, str] = {
    dict: "an object", list: "a list", str: "a text", int: "a whole number", bool: "true or false"
}  # fmt: skip


def member(value: Any, name: str, kind: type[V], *, at: str = "", optional: bool = False) -> V:
    """Return a member of an object; raises ValueError for a missing one, or one of another type.

    An optional one that is missing or null is the empty value of its type.
    """
    if not isinstance(value, dict):
        raise ValueError(f"{at or 'the answer'} must be an object")  # noqa: TRY004 - what `OutputShape.read` raises
    found = value.get(name)
    if found is None and optional:
        return kind()
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        raise ValueError(f"{_place(at, name)} must be {_WORDS[kind]}")
    return found


def items(value: Any, name: str, *, at: str = "", optional: bool = False) -> list[Any]:
    """Return the items of a list."""
    return member(value, name, list, at=at, optional=optional)


def text(value: Any, name: str, *, at: str = "", optional: bool = False) -> str:
    """Return a text without the white space around it."""
    return member(value, name, str, at=at, optional=optional).strip()


def whole(value: Any, name: str, *, at: str = "", optional: bool = False) -> int | None:
    """Return a whole number; None for an optional one that is missing."""
    if optional and isinstance(value, dict) and value.get(name) is None:
        return None
    return member(value, name, int, at=at)


def choice(value: Any, name: str, kind: type[E], *, at: str = "", optional: bool = False) -> Any:
    """Return a member of an enum by its value; None for an optional one that is missing."""
    said = text(value, name, at=at, optional=optional)
    if not said and optional:
        return None
    try:
        return kind(said)
    except ValueError:
        known = ", ".join(str(each.value) for each in kind)
        raise ValueError(f"{_place(at, name)} must be one of {known}") from None


def _place(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
