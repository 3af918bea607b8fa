"""Items of question files (`questpath-questions/1`), as the question kinds read them."""

from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from typing import Any, Protocol, TypeVar

from domain import text
from domain.content.question_kinds.key_drafts import LONGEST_PROSE

E = TypeVar("E", bound=Enum)

prose = partial(text.prose, field="it", longest=LONGEST_PROSE)
"""The check of every text of a question, option or accepted answer."""


class FileItem(Protocol):
    """An object of the file: fields are read one by one, and each fault is reported with its line."""

    name: str

    def raw(self, field: str) -> Any:
        """Return a field unchecked, or None."""

    def text(self, field: str, check: Callable[[str], str], *, default: str | None = None) -> str:
        """Return a text that `check` accepts; without a default it is required."""

    def choice(self, field: str, kinds: type[E], *, default: E | None = None) -> E | None:
        """Return one of the names of an enum; None where it is missing without a default."""

    def integer(self, field: str, lowest: int, highest: int) -> int | None:
        """Return an integer within the bounds; None where it is missing."""

    def items(self, field: str, most: int, name: Callable[[Any, int], str]) -> "Iterator[FileItem]":
        """Yield the objects of a list; `name` names each, given its value and place."""

    def refuse(self, reason: str, *field: str | int) -> None:
        """Report a fault of the item, on the line of a field if one is given."""

    def lose(self, reason: str, *field: str | int) -> None:
        """Report a part of the item that is dropped."""

    def unread(self) -> list[str]:
        """Return the fields that were not read."""


def feedback_of(item: FileItem, field: str = "feedback") -> str:
    """Read what a learner is told about an answer; empty where the field is missing."""
    return item.text(field, prose, default="")


def lose_unread(item: FileItem) -> None:
    """Report the fields that the format does not have."""
    for field in item.unread():
        item.lose(f"{field[:40]} has no meaning here and is dropped", field)
