"""Levels: the objects at one place of the plan with their response objects, and their positions in the response."""

from collections.abc import Sequence
from typing import Any

from graph.engine.plans import FieldPlan, SelectionSetPlan, Shape

Path = tuple[str | int, ...]
Indices = tuple[int, ...]
NO_INDICES: Indices = ()


class Level:
    """The objects at one place of the plan with their response objects (`results`), in the same order.

    `parents[n]` is the index of the parent of object n in the parent level, `indices[n]` its indices in the lists
    between the two. A level of lists keeps only their `lengths`: the rest is computed where a field fails.
    Objects of several types are split into one level per type; `members` are then their indices before the split.
    """

    __slots__ = (
        "_indices",
        "_lengths",
        "_parents",
        "field",
        "members",
        "objects",
        "parent",
        "results",
        "selection",
    )

    def __init__(
        self,
        selection: SelectionSetPlan,
        objects: list[Any],
        *,
        parent: "Level | None" = None,
        field: FieldPlan | None = None,
        parents: Sequence[int] | None = None,
        indices: list[Indices] | None = None,
        lengths: list[int] | None = None,
        members: list[int] | None = None,
    ) -> None:
        self.selection = selection
        self.objects = objects
        self.results: list[dict[str, Any]] = []
        self.parent = parent
        self.field = field
        self.members = members
        self._lengths = lengths
        self._parents = parents
        self._indices = indices

    def location(self, at: int) -> tuple[int, Indices]:
        """Return the index of the parent of object `at`, and its indices in the lists between the two."""
        if self._lengths is not None and self._parents is None:
            self._parents = [parent for parent, length in enumerate(self._lengths) for _ in range(length)]
            self._indices = [(index,) for length in self._lengths for index in range(length)]
        unsplit = at if self.members is None else self.members[at]
        parent = self._parents[unsplit] if self._parents is not None else unsplit
        return parent, self._indices[unsplit] if self._indices is not None else NO_INDICES

    def path(self, at: int) -> Path:
        """Return the response path of object `at`."""
        if self.parent is None or self.field is None:
            return ()
        parent, indices = self.location(at)
        return (*self.parent.path(parent), self.field.key, *indices)

    def order(self, at: int) -> Indices:
        """Return what sorts object `at` into the document's order, depth first."""
        if self.parent is None or self.field is None:
            return ()
        parent, indices = self.location(at)
        return (*self.parent.order(parent), self.field.index, *indices)


class ResponsePosition:
    """A position in the response: a field of object `at` of a level, at `indices` of the field's lists."""

    __slots__ = ("at", "field", "indices", "level")

    def __init__(self, field: FieldPlan, level: Level, at: int, indices: Indices = NO_INDICES) -> None:
        self.field = field
        self.level = level
        self.at = at
        self.indices = indices

    @property
    def path(self) -> Path:
        """Its response path."""
        return (*self.level.path(self.at), self.field.key, *self.indices)

    @property
    def order(self) -> Indices:
        """What sorts it into the document's order, depth first."""
        return (*self.level.order(self.at), self.field.index, *self.indices)

    def nullable(self) -> "ResponsePosition | None":
        """Return the nearest nullable position, this one or one above; None where there is none up to the root."""
        shapes = _shapes(self.field.shape, len(self.indices))
        for depth in range(len(self.indices), -1, -1):
            if shapes[depth].nullable:
                return ResponsePosition(self.field, self.level, self.at, self.indices[:depth])
        parent, field = self.level.parent, self.level.field
        if parent is None or field is None:
            return None
        at, indices = self.level.location(self.at)
        return ResponsePosition(field, parent, at, indices).nullable()

    def set_null(self) -> None:
        """Write null at the position."""
        container: Any = self.level.results[self.at]
        *steps, last = self.field.key, *self.indices
        for step in steps:
            container = container[step]
        container[last] = None


def _shapes(shape: Shape, depth: int) -> list[Shape]:
    shapes = [shape]
    for _ in range(depth):
        item = shapes[-1].item
        assert item is not None  # noqa: S101 - indices are made from lists
        shapes.append(item)
    return shapes
