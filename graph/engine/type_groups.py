"""Type groups: splits the objects of a field by type, one level per type."""

from collections.abc import Iterable, Sequence
from typing import Any

from graph.engine.codegen import NOT_OBJECTS, UnexpectedValueError, builder_of
from graph.engine.levels import Indices, Level, ResponsePosition
from graph.engine.plans import FieldPlan, SelectionSetPlan, Shape

ResponseSlot = tuple[Any, Any]
"""A container of the response and the key in it."""


def levels_of(
    field: FieldPlan,
    shape: Shape,
    objects: list[Any],
    level: Level,
    *,
    parents: Sequence[int] | None = None,
    lengths: list[int] | None = None,
) -> list[Level]:
    """Return the levels of valid objects, one per type; raises UnexpectedValueError for any other value."""
    if any(issubclass(kind, NOT_OBJECTS) for kind in set(map(type, objects))):
        raise UnexpectedValueError
    levels = []
    for selection, members in _by_selection(shape, objects):
        chosen = objects if members is None else [objects[at] for at in members]
        child = Level(
            selection, chosen, parent=level, field=field, parents=parents, lengths=lengths, members=members
        )
        child.results = (selection.build or builder_of(selection))(chosen)
        levels.append(child)
    return levels


def _by_selection(shape: Shape, objects: list[Any]) -> Iterable[tuple[SelectionSetPlan, list[int] | None]]:
    """Group the indices of the objects by type; None stands for all of them, where they are of one type."""
    if shape.selection is not None and shape.selection.test is None:
        return [(shape.selection, None)]
    if shape.tests is None:
        raise UnexpectedValueError
    groups: dict[SelectionSetPlan, list[int]] = {}
    for at, object_ in enumerate(objects):
        for test, selection in shape.tests:
            if test(object_, None):
                groups.setdefault(selection, []).append(at)
                break
        else:
            raise UnexpectedValueError
    return groups.items()


def in_order(levels: list[Level], length: int) -> list[Any]:
    """Return the response objects of all levels in the order before the split."""
    if len(levels) == 1 and levels[0].members is None:
        return levels[0].results
    done: list[Any] = [None] * length
    for level in levels:
        for at, result in zip(level.members or (), level.results, strict=True):
            done[at] = result
    return done


class TypeGroups:
    """The objects of one field, added one by one and grouped by the selection set of their type."""

    def __init__(self, field: FieldPlan, level: Level) -> None:
        self._field = field
        self._level = level
        self._locations: dict[SelectionSetPlan, tuple[list[int], list[Indices]]] = {}
        self.levels: dict[SelectionSetPlan, tuple[Level, list[ResponseSlot]]] = {}

    def add(
        self, selection: SelectionSetPlan, object_: Any, position: ResponsePosition, slot: ResponseSlot
    ) -> None:
        """Add a valid object, whose response object belongs into `slot`."""
        group = self.levels.get(selection)
        if group is None:
            parents: list[int] = []
            indices: list[Indices] = []
            self._locations[selection] = parents, indices
            child = Level(
                selection, [], parent=self._level, field=self._field, parents=parents, indices=indices
            )
            group = self.levels[selection] = child, []
        parents, indices = self._locations[selection]
        parents.append(position.at)
        indices.append(position.indices)
        group[0].objects.append(object_)
        group[1].append(slot)
