"""Failures: what went wrong in a run, and what of it the response tells."""

from typing import Any

from graphql import GraphQLError, located_error

from graph.engine.frames import Path, Position


class Failures:
    """The failures of one run.

    They are settled at the end, in the document's order: each nulls the nearest position that may be null, and
    one at or below such a position is not told. That is what graphql-core answers where nothing waits; where
    something does, its answer depends on what was faster, and this one does not.
    """

    __slots__ = ("_found", "_nulled", "errors")

    def __init__(self) -> None:
        self.errors: list[GraphQLError] = []
        self._found: list[tuple[Position, Exception]] = []
        self._nulled: set[Path] = set()

    def add(self, position: Position, error: Exception) -> None:
        """Note that a position has no value because of an error."""
        self._found.append((position, error))

    def settle(self, data: dict[str, Any] | None) -> dict[str, Any] | None:
        """Null what failed since the last time and return the data; None where null reached the root."""
        found, self._found = self._found, []
        for position, error in sorted(found, key=lambda failure: failure[0].order):
            nearest = position.nullable()
            path = nearest.path if nearest else ()
            if any(path[:length] in self._nulled for length in range(len(path) + 1)):
                continue
            self._nulled.add(path)
            self.errors.append(located_error(error, position.field.nodes, list(position.path)))
            if nearest is None:
                return None
            nearest.put_null()
        return data

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to settle."""
        return not self._found
