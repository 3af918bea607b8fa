"""Positions of nodes: numbers with room between them, so that moving one node rewrites no other (order maintenance)."""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from domain.content.roadmap_nodes import ROOM

_LEAST_ROOM = 16
"""How far apart nodes are at least after room was made among them."""


def placed(order: Sequence[str], positions: Mapping[str, int], to_place: Collection[str]) -> dict[str, int]:
    """Return the positions to write: those of the nodes to place, and of neighbours that have to make room.

    Nodes that follow each other in `order` get growing positions. A run of placed nodes goes between its neighbours;
    where these are too close, the window around them that is spread anew doubles until it has room.
    """
    kept = {key: position for key, position in positions.items() if key not in to_place}
    found: dict[str, int] = {}
    at = 0
    for is_new, run in groupby(order, lambda key: key in to_place):
        length = len(list(run))
        if is_new:
            _place(order, at, at + length, kept, found)
        at += length
    return found


def _place(
    order: Sequence[str], start: int, end: int, positions: Mapping[str, int], found: dict[str, int]
) -> None:
    """Place the nodes from `start` to `end`, and as many around them as it takes."""
    widened = 0
    while True:
        first, last = max(0, start - widened), min(len(order), end + widened)
        low = _position(order[first - 1], positions, found) if first else None
        high = positions[order[last]] if last < len(order) and order[last] in positions else None
        if last < len(order) and high is None:
            widened = max(1, 2 * widened)  # the next run of placed nodes is inside of the window
            continue
        step = _step(low, high, last - first)
        if step >= (1 if widened == 0 else _LEAST_ROOM):
            break
        widened = max(1, 2 * widened)
    begin = low if low is not None else 0 if high is None else high - step * (last - first + 1)
    for number, key in enumerate(order[first:last], start=1):
        found[key] = begin + step * number


def _step(low: int | None, high: int | None, count: int) -> int:
    """Return how far apart `count` nodes between two positions are; an end that is open has room."""
    return ROOM if low is None or high is None else (high - low) // (count + 1)


def _position(key: str, positions: Mapping[str, int], found: Mapping[str, int]) -> int:
    return found[key] if key in found else positions[key]
