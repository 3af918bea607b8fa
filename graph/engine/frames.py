"""Frames: the objects of one level with their response objects, and where each of them stands in the response."""

from collections.abc import Sequence
from typing import Any

from graph.engine.plans import FieldPlan, Selection, Shape

Path = tuple[str | int, ...]
Indices = tuple[int, ...]
NOWHERE: Indices = ()


class Frame:
    """The objects at one place of the plan with their response objects, in the same order.

    `owners[n]` is the place of the parent of object n in the parent frame, `indices[n]` its place in the lists
    between the two. A level of lists keeps their `lengths` alone: the rest is needed only where something fails.
    Where a level holds objects of several types, `chosen` are the places in it of those that this frame holds.
    """

    __slots__ = (
        "_indices",
        "_lengths",
        "_owners",
        "chosen",
        "field",
        "objects",
        "outs",
        "parent",
        "selection",
    )

    def __init__(
        self,
        selection: Selection,
        objects: list[Any],
        *,
        parent: "Frame | None" = None,
        field: FieldPlan | None = None,
        owners: Sequence[int] | None = None,
        indices: list[Indices] | None = None,
        lengths: list[int] | None = None,
        chosen: list[int] | None = None,
    ) -> None:
        self.selection = selection
        self.objects = objects
        self.outs: list[dict[str, Any]] = []
        self.parent = parent
        self.field = field
        self.chosen = chosen
        self._lengths = lengths
        self._owners = owners
        self._indices = indices

    def place(self, at: int) -> tuple[int, Indices]:
        """Return the owner of object `at` and its place in the lists between."""
        if self._lengths is not None and self._owners is None:
            self._owners = [owner for owner, length in enumerate(self._lengths) for _ in range(length)]
            self._indices = [(index,) for length in self._lengths for index in range(length)]
        place = at if self.chosen is None else self.chosen[at]
        owner = self._owners[place] if self._owners is not None else place
        return owner, self._indices[place] if self._indices is not None else NOWHERE

    def path(self, at: int) -> Path:
        """Return the response path of object `at`."""
        if self.parent is None or self.field is None:
            return ()
        owner, indices = self.place(at)
        return (*self.parent.path(owner), self.field.key, *indices)

    def order(self, at: int) -> Indices:
        """Return where object `at` comes in the document's order, depth first."""
        if self.parent is None or self.field is None:
            return ()
        owner, indices = self.place(at)
        return (*self.parent.order(owner), self.field.place, *indices)


class Position:
    """A place in the response: inside a field of one object, at `indices` of its lists."""

    __slots__ = ("at", "field", "frame", "indices")

    def __init__(self, field: FieldPlan, frame: Frame, at: int, indices: Indices = NOWHERE) -> None:
        self.field = field
        self.frame = frame
        self.at = at
        self.indices = indices

    @property
    def path(self) -> Path:
        """Its response path."""
        return (*self.frame.path(self.at), self.field.key, *self.indices)

    @property
    def order(self) -> Indices:
        """Where it comes in the document's order, depth first."""
        return (*self.frame.order(self.at), self.field.place, *self.indices)

    def nullable(self) -> "Position | None":
        """Return the nearest position, here or above, that may be null; None where nothing up to the root may."""
        shapes = _shapes(self.field.shape, len(self.indices))
        for depth in range(len(self.indices), -1, -1):
            if shapes[depth].nullable:
                return Position(self.field, self.frame, self.at, self.indices[:depth])
        parent, field = self.frame.parent, self.frame.field
        if parent is None or field is None:
            return None
        owner, indices = self.frame.place(self.at)
        return Position(field, parent, owner, indices).nullable()

    def put_null(self) -> None:
        """Write null there."""
        container: Any = self.frame.outs[self.at]
        *way, last = self.field.key, *self.indices
        for step in way:
            container = container[step]
        container[last] = None


def _shapes(shape: Shape, depth: int) -> list[Shape]:
    shapes = [shape]
    for _ in range(depth):
        item = shapes[-1].item
        assert item is not None  # noqa: S101 - indices are made from lists
        shapes.append(item)
    return shapes
