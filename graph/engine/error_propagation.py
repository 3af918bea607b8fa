"""Error propagation: which field errors a response lists, and which position each of them nulls."""

from typing import Any

from graphql import GraphQLError, located_error

from graph.engine.levels import Path, ResponsePosition


class FieldErrors:
    """The field errors of one run.

    They are propagated at the end, in the document's order: each nulls the nearest nullable position, and an error at
    or below a nulled position is dropped. graphql-core answers the same where no resolver is awaited; where one is,
    its answer depends on which was faster, and this one does not.
    """

    __slots__ = ("_nulled", "_raised", "errors")

    def __init__(self) -> None:
        self.errors: list[GraphQLError] = []
        self._raised: list[tuple[ResponsePosition, Exception]] = []
        self._nulled: set[Path] = set()

    def add(self, position: ResponsePosition, error: Exception) -> None:
        """Note the error of a position."""
        self._raised.append((position, error))

    def propagate(self, data: dict[str, Any] | None) -> dict[str, Any] | None:
        """Apply the errors raised since the last call and return the data; None where null reached the root."""
        raised, self._raised = self._raised, []
        for position, error in sorted(raised, key=lambda each: each[0].order):
            nearest = position.nullable()
            path = nearest.path if nearest else ()
            if any(path[:length] in self._nulled for length in range(len(path) + 1)):
                continue
            self._nulled.add(path)
            self.errors.append(located_error(error, list(position.field.nodes), list(position.path)))
            if nearest is None:
                return None
            nearest.set_null()
        return data

    @property
    def is_empty(self) -> bool:
        """Whether no error is left to propagate."""
        return not self._raised
