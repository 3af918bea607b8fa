"""Paging: pages of an unbounded list by key, never by offset."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NewType, TypeVar

from domain.entities import entity
from domain.errors import InvalidInputError
from domain.refusals import all_at_once

T = TypeVar("T")
U = TypeVar("U")

LARGEST_PAGE = 100
DEFAULT_PAGE = 20
_LONGEST_CURSOR = 1_000

Cursor = NewType("Cursor", str)
"""An opaque position in a list."""

Key = tuple[Any, ...]
"""The values that order a row: strings or integers; the last one is unique. In a cursor the list's name comes first."""

Kind = type[str] | range
"""What a value of a key may be: text, or the integers that its column holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The requested part of a list: at most `size` items after (or before) `key`, which is exclusive."""

    size: int
    key: Key | None = None
    backward: bool = False


@entity
class PageInfo:
    """The position of a page in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: Cursor | None
    end_cursor: Cursor | None


@entity
class Edge(Generic[T]):
    """An item with the cursor of the position after it."""

    node: T
    cursor: Cursor


@entity
class Page(Generic[T]):
    """Consecutive items of a list, in list order; edges and cursors are made at their use."""

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
        """The position of the page in its list."""
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

    Raises InvalidInputErrors that name the arguments, all at once: for a negative or too large size, for a malformed
    cursor, and for `first` together with `last`.
    """
    if last is not None:
        if first is not None or after is not None:
            raise InvalidInputError("Use first with after, or last with before.", field="last")
        return _window(last, "last", before, "before", backward=True)
    if before is not None:
        raise InvalidInputError("before goes with last.", field="before")
    return _window(DEFAULT_PAGE if first is None else first, "first", after, "after", backward=False)


def _window(size: int, size_name: str, cursor: Cursor | None, cursor_name: str, *, backward: bool) -> Window:
    if _is_size(size) and cursor is None:  # as nearly all pages are asked for
        return Window(size=size, key=None, backward=backward)
    with all_at_once() as each:
        with each:
            _check_size(size, size_name)
        return Window(size=size, key=_decode(cursor, cursor_name), backward=backward)


def cut(rows: Sequence[T], requested: Window, key_of: Callable[[T], Key], name: str) -> Page[T]:
    """Return the page of at most `window.size + 1` rows, read in the direction of the window; `name` is the list's."""
    more = len(rows) > requested.size
    kept = list(rows[: requested.size])
    if requested.backward:
        kept.reverse()
    return Page(
        nodes=kept,
        key_of=lambda item: (name, *key_of(item)),
        has_next_page=requested.key is not None if requested.backward else more,
        has_previous_page=more if requested.backward else requested.key is not None,
    )


def encode(key: Key) -> Cursor:
    """Write a key as an opaque cursor."""
    raw = json.dumps(key, separators=(",", ":"), ensure_ascii=False).encode()
    return Cursor(base64.urlsafe_b64encode(raw).rstrip(b"=").decode())


def expect(requested: Window, name: str, *kinds: Kind) -> Key | None:
    """Return the window's key without the name of the list if its values are of `kinds`, in order.

    Raises InvalidInputError for a cursor of another list, and for values that no row has.
    """
    if requested.key is None:
        return None
    of, *key = requested.key
    if of != name or len(key) != len(kinds) or not all(map(_is_of, key, kinds)):
        raise other_list("This cursor belongs to another list.", requested)
    return tuple(key)


def other_list(message: str, requested: Window) -> InvalidInputError:
    """Return the refusal of a cursor, which names its argument."""
    return InvalidInputError(message, field="before" if requested.backward else "after")


def _is_of(value: Any, kind: Kind) -> bool:
    return type(value) is int and value in kind if isinstance(kind, range) else type(value) is str


def _can_be_a_key(value: Any) -> bool:
    # batches are grouped by the window, so that a nested value would have no hash
    return type(value) in (int, float, bool, type(None)) or (type(value) is str and "\0" not in value)


def _is_size(size: int) -> bool:
    return 0 <= size <= LARGEST_PAGE


def _check_size(size: int, field: str) -> None:
    if not _is_size(size):
        raise InvalidInputError(f"{field} must be 0 to {LARGEST_PAGE}.", field=field)


def _decode(cursor: Cursor | None, field: str) -> Key | None:
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        is_ours = len(cursor) <= _LONGEST_CURSOR and isinstance(key, list) and encode(tuple(key)) == cursor
    except (ValueError, RecursionError):  # no ASCII, no base 64, no JSON, half a surrogate pair
        is_ours = False
    if not is_ours or not key or not all(map(_can_be_a_key, key)):
        raise InvalidInputError("This cursor is malformed; use one that a page returned.", field=field)
    return tuple(key)
