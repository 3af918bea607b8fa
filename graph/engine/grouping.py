"""Grouping: the objects of one level by their type, each type in a frame of its own."""

from collections.abc import Iterable, Sequence
from typing import Any

from graph.engine.building import NOT_OBJECTS, NotPlainError
from graph.engine.frames import Frame, Indices, Position
from graph.engine.plans import FieldPlan, Selection, Shape

Slot = tuple[Any, Any]
"""A container of the response and the key in it."""


def children_of(
    field: FieldPlan,
    shape: Shape,
    objects: list[Any],
    frame: Frame,
    *,
    owners: Sequence[int] | None = None,
    lengths: list[int] | None = None,
) -> list[Frame]:
    """Make the frames of sound objects, one for each type; raises for any other."""
    if any(issubclass(kind, NOT_OBJECTS) for kind in set(map(type, objects))):
        raise NotPlainError
    children = []
    for selection, chosen in _by_selection(shape, objects):
        mine = objects if chosen is None else [objects[at] for at in chosen]
        child = Frame(
            selection, mine, parent=frame, field=field, owners=owners, lengths=lengths, chosen=chosen
        )
        child.outs = selection.build(mine)
        children.append(child)
    return children


def _by_selection(shape: Shape, objects: list[Any]) -> Iterable[tuple[Selection, list[int] | None]]:
    """Tell the objects apart by type, as the places of each in the level; None where all are of one."""
    if shape.selection is not None and shape.selection.test is None:
        return [(shape.selection, None)]
    if shape.tests is None:
        raise NotPlainError
    groups: dict[Selection, list[int]] = {}
    for at, object_ in enumerate(objects):
        for test, selection in shape.tests:
            if test(object_, None):
                groups.setdefault(selection, []).append(at)
                break
        else:
            raise NotPlainError
    return groups.items()


def in_order(children: list[Frame], length: int) -> list[Any]:
    """Return the response objects of all frames in the order of the level."""
    if len(children) == 1 and children[0].chosen is None:
        return children[0].outs
    done: list[Any] = [None] * length
    for child in children:
        for at, out in zip(child.chosen or (), child.outs, strict=True):
            done[at] = out
    return done


class Groups:
    """The objects of one field by the selection of their type."""

    def __init__(self, field: FieldPlan, frame: Frame) -> None:
        self._field = field
        self._frame = frame
        self._places: dict[Selection, tuple[list[int], list[Indices]]] = {}
        self.frames: dict[Selection, tuple[Frame, list[Slot]]] = {}

    def add(self, selection: Selection, object_: Any, position: Position, slot: Slot) -> None:
        """Add a sound object, whose response object belongs into `slot`."""
        found = self.frames.get(selection)
        if found is None:
            owners: list[int] = []
            indices: list[Indices] = []
            self._places[selection] = owners, indices
            child = Frame(
                selection, [], parent=self._frame, field=self._field, owners=owners, indices=indices
            )
            found = self.frames[selection] = child, []
        owners, indices = self._places[selection]
        owners.append(position.at)
        indices.append(position.indices)
        found[0].objects.append(object_)
        found[1].append(slot)
