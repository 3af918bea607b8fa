"""Idle connections: a stack that knows which of its connections were not lent for a while."""

from typing import Any

import asyncpg


class IdleConnections(list["asyncpg.Connection[Any]"]):
    """The idle connections of a pool, the one used last on top; so those at the bottom have rested the longest.

    A list, because what lends and takes back a connection should cost a `pop` and an `append`. Only where fewer than
    `least` are left, something has to be counted. `rested` is how many of the lowest were not lent between the last two
    marks, nor since.
    """

    __slots__ = ("_since_mark", "_since_sweep", "least", "rested")

    def __init__(self) -> None:
        super().__init__()
        self.least = self.rested = self._since_mark = self._since_sweep = 0

    def has_rested(self) -> bool:
        """Count that fewer than `least` are left, and tell whether the one that was popped has rested."""
        left = len(self)
        self._count(since_mark=min(self._since_mark, left), since_sweep=min(self._since_sweep, left))
        if left >= self.rested:
            return False
        self.rested = left
        return True

    def mark(self) -> None:
        """Count anew which connections are lent; those that were not since the last mark have rested."""
        self.rested = self._since_mark
        self._count(since_mark=len(self), since_sweep=self._since_sweep)

    def swept(self, surplus: int) -> "list[asyncpg.Connection[Any]]":
        """Take out up to `surplus` connections that were not lent since the last sweep."""
        lowest = self.lowest(max(0, min(self._since_sweep, surplus)))
        self._count(since_mark=self._since_mark, since_sweep=len(self))
        return lowest

    def lowest(self, count: int) -> "list[asyncpg.Connection[Any]]":
        """Take out so many of those that were lent the longest time ago."""
        lowest = self[:count]
        del self[:count]
        self.rested = max(0, self.rested - count)
        self._count(
            since_mark=max(0, self._since_mark - count), since_sweep=max(0, self._since_sweep - count)
        )
        return lowest

    def _count(self, *, since_mark: int, since_sweep: int) -> None:
        self._since_mark, self._since_sweep = since_mark, since_sweep
        self.least = max(since_mark, since_sweep)
