"""How a partial update tells "leave it" from "clear it"."""

from enum import Enum
from typing import Final, Literal, TypeAlias, TypeVar

from domain.errors import InvalidInputError

T = TypeVar("T")


class _Unchanged(Enum):
    UNCHANGED = "unchanged"


UNCHANGED: Final = _Unchanged.UNCHANGED
"""Stands for a field that the client did not send; None stands for one that it cleared."""

Edit: TypeAlias = T | Literal[_Unchanged.UNCHANGED]
"""The type of an argument that may be left unchanged, as in `title: Edit[str] = UNCHANGED`."""


def settled(edit: Edit[T], current: T) -> T:
    """Return the edited value, or `current` where the client sent nothing."""
    return current if edit is UNCHANGED else edit


def mandatory(edit: Edit[T | None], current: T, *, field: str) -> T:
    """Return the edited value, or `current` where the client sent nothing; refuse a value that was cleared."""
    if edit is None:
        raise InvalidInputError(f"{field} must not be null; leave it out to keep it.", field=field)
    return current if edit is UNCHANGED else edit
