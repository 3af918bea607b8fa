"""Pages of an unbounded list, cut by a key and never by an offset."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NewType, TypeVar

from domain.entities import entity
from domain.errors import InvalidInputError

T = TypeVar("T")
U = TypeVar("U")

LARGEST_PAGE = 100
DEFAULT_PAGE = 20
_LONGEST_CURSOR = 1_000

Cursor = NewType("Cursor", str)
"""An opaque place in a list."""

Key = tuple[Any, ...]
"""The values that order a row: strings, integers or None; the last one is unique."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What part of a list is asked for: at most `size` items after (or before) `key`, which is exclusive."""

    size: int
    key: Key | None = None
    backward: bool = False


@entity
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: Cursor | None
    end_cursor: Cursor | None


@entity
class Edge(Generic[T]):
    """An item with the cursor that points behind it."""

    node: T
    cursor: Cursor


@entity
class Page(Generic[T]):
    """Consecutive items of a list, in list order; edges and cursors are made when they are asked for."""

    nodes: Sequence[T]
    key_of: Callable[[T], Key]
    has_next_page: bool
    has_previous_page: bool

    @property
    def edges(self) -> Sequence[Edge[T]]:
        """The items with their cursors."""
        return [Edge(node=node, cursor=encode(self.key_of(node))) for node in self.nodes]

    @property
    def page_info(self) -> PageInfo:
        """Where the page stands."""
        return PageInfo(
            has_next_page=self.has_next_page,
            has_previous_page=self.has_previous_page,
            start_cursor=encode(self.key_of(self.nodes[0])) if self.nodes else None,
            end_cursor=encode(self.key_of(self.nodes[-1])) if self.nodes else None,
        )


def window(
    *,
    first: int | None = None,
    after: Cursor | None = None,
    last: int | None = None,
    before: Cursor | None = None,
) -> Window:
    """Read Relay's four paging arguments; `first` defaults to 20 and neither may exceed 100.

    Raises InvalidInputError that names the argument for a negative or huge size, for a cursor that no
    page gave out, and for `first` together with `last`.
    """
    if last is not None:
        if first is not None or after is not None:
            raise InvalidInputError("Use first with after, or last with before.", field="last")
        return Window(size=_size(last, "last"), key=_decode(before, "before"), backward=True)
    if before is not None:
        raise InvalidInputError("before goes with last.", field="before")
    size = DEFAULT_PAGE if first is None else first
    return Window(size=_size(size, "first"), key=_decode(after, "after"))


def cut(rows: Sequence[T], asked: Window, key_of: Callable[[T], Key]) -> Page[T]:
    """Cut a page out of at most `asked.size + 1` rows read in the direction of the window."""
    more = len(rows) > asked.size
    kept = list(rows[: asked.size])
    if asked.backward:
        kept.reverse()
    return Page(
        nodes=kept,
        key_of=key_of,
        has_next_page=asked.key is not None if asked.backward else more,
        has_previous_page=more if asked.backward else asked.key is not None,
    )


def encode(key: Key) -> Cursor:
    """Write a key as an opaque cursor."""
    raw = json.dumps(key, separators=(",", ":"), ensure_ascii=False).encode()
    return Cursor(base64.urlsafe_b64encode(raw).rstrip(b"=").decode())


def expect(asked: Window, *kinds: type, field: str = "after") -> Key | None:
    """Return the window's key when its values are of `kinds`, in order; refuse a cursor of another list."""
    key = asked.key
    if key is None:
        return None
    if len(key) != len(kinds) or not all(type(v) is k for v, k in zip(key, kinds, strict=True)):
        raise InvalidInputError("This cursor belongs to another list.", field=field)
    return key


def _size(size: int, field: str) -> int:
    if not 0 <= size <= LARGEST_PAGE:
        raise InvalidInputError(f"{field} must be 0 to {LARGEST_PAGE}.", field=field)
    return size


def _decode(cursor: Cursor | None, field: str) -> Key | None:
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        key = None
    if not isinstance(key, list) or not key or len(cursor) > _LONGEST_CURSOR:
        raise InvalidInputError("This cursor is malformed; use one that a page gave out.", field=field)
    if any(not isinstance(v, str | int) for v in key) or any(isinstance(v, str) and "\0" in v for v in key):
        raise InvalidInputError("This cursor is malformed; use one that a page gave out.", field=field)
    return tuple(key)
