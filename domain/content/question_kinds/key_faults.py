"""Key faults: sentences about what is wrong with a key, each with the place in the key that it is about."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Self

from domain import text
from domain.content.question_kinds.key_drafts import LONGEST_PROSE
from domain.errors import InvalidInputError


class KeyFault(str):
    """A sentence; `at` is the path of what it is about, like `options[2].text`, as the inputs of keys spell it."""

    __slots__ = ("at",)
    at: str

    def __new__(cls, sentence: str, at: str) -> Self:
        """Return a sentence with its path."""
        fault = super().__new__(cls, sentence)
        fault.at = at
        return fault


def inside(part: str, faults: Iterable[str], *, about: str = "") -> Iterator[str]:
    """Yield faults of a part of a key with paths that begin there, and sentences that begin with `about`."""
    for fault in faults:
        at = fault.at if isinstance(fault, KeyFault) else ""
        yield KeyFault(about + fault, f"{part}.{at}" if at else part)


def path_of(field: str, fault: str) -> str:
    """Return the path of a fault of the key that `field` holds."""
    return f"{field}.{fault.at}" if isinstance(fault, KeyFault) else field


def text_faults(
    name: str, values: Iterable[str], *, at: str, longest: int = LONGEST_PROSE, shortest: int = 0
) -> Iterator[str]:
    """Yield what is wrong with texts, as sentences about `name`; `at` is their path.

    `{}` in `name` is the number of a text, from 1, and in `at` its place, from 0.
    """
    for place, value in enumerate(values):
        try:
            text.prose(value, field=name.format(place + 1), longest=longest, shortest=shortest)
        except InvalidInputError as error:
            yield KeyFault(error.message, at.format(place))


def repeated(values: Sequence[str], sentence: str, *, at: str, seen: Callable[[str], str]) -> Iterator[str]:
    """Yield the sentence once, at the first text that is the same as one before it."""
    known: set[str] = set()
    for place, value in enumerate(map(seen, values)):
        if value in known:
            yield KeyFault(sentence, at.format(place))
            return
        known.add(value)
