"""Edits: a partial update that distinguishes an omitted field from one that is cleared."""

from collections.abc import Callable
from enum import Enum
from typing import Final, Literal, TypeAlias, TypeVar

from domain.errors import InvalidInputError

T = TypeVar("T")


class _Unchanged(Enum):
    UNCHANGED = "unchanged"


UNCHANGED: Final = _Unchanged.UNCHANGED
"""The value of a field that the client did not send; None is the value of one that it cleared."""

Edit: TypeAlias = T | Literal[_Unchanged.UNCHANGED]
"""The type of an argument that may be omitted, as in `title: Edit[str] = UNCHANGED`."""


def settled(edit: Edit[T], current: T) -> T:
    """Return the edited value, or `current` where the client sent none."""
    return current if edit is UNCHANGED else edit


def checked(edit: Edit[T | None], check: Callable[[T], T], *, field: str) -> Edit[T]:
    """Return the edit with its value checked; raises InvalidInputError for a cleared one too."""
    if edit is UNCHANGED:
        return edit
    if edit is None:
        raise InvalidInputError(f"{field} must not be null; leave it out to keep it.", field=field)
    return check(edit)


def mandatory(edit: Edit[T | None], current: T, *, field: str) -> T:
    """Return the edited value, or `current` where the client sent none; raises InvalidInputError for a cleared one."""
    return settled(checked(edit, lambda value: value, field=field), current)
