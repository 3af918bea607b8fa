"""Entities: slotted dataclasses that a type checker treats as frozen."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def entity(cls: type[T]) -> type[T]:
    """Make `cls` a slotted dataclass; change an instance with `dataclasses.replace`.

    mypy refuses every assignment to a field and every positional argument. At run time the class is
    neither frozen nor keyword-only: a frozen one costs three times as much to build, and persistence
    builds thousands from rows whose columns stand in field order.
    """
    return dataclass(slots=True)(cls)
