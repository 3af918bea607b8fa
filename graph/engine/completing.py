"""Completing: the values of one field of a level become response values, and its objects the next level."""

from operator import attrgetter
from typing import Any

from graphql import GraphQLError
from graphql.pyutils import Undefined, inspect, is_iterable

from graph.engine.abstract import concrete
from graph.engine.building import NOT_OBJECTS
from graph.engine.frames import Frame, Indices, Position
from graph.engine.plans import FieldPlan, Selection, Shape
from graph.engine.state import State

Slot = tuple[Any, Any]
"""A container of the response and the key in it."""


class Leveller:
    """Completes levels of one run; `entered` holds the frames that were made and still have fields to answer."""

    __slots__ = ("_state", "entered")

    def __init__(self, state: State) -> None:
        self._state = state
        self.entered: list[Frame] = []

    def enter(self, frame: Frame) -> None:
        """Make the response objects of a frame whose objects are sound, and fill in what is read of them."""
        selection = frame.selection
        try:
            frame.outs = selection.build(frame.objects)
        except Exception:  # noqa: BLE001 - whatever is not plain is looked at with care
            frame.outs = [dict(selection.template) for _ in frame.objects]
            for field in selection.inline:
                self._with_care(field, read(frame.objects, field.attribute), frame)
        self._go_on(frame)

    def complete(self, field: FieldPlan, values: list[Any], frame: Frame) -> None:
        """Complete one value of the field per object of the frame."""
        try:
            done = self._at_once(field, values, frame)
        except Exception:  # noqa: BLE001 - as above
            done = False
        if not done:
            self._with_care(field, values, frame)

    def _go_on(self, frame: Frame) -> None:
        selection = frame.selection
        if selection.loads or selection.calls or selection.refused:
            self.entered.append(frame)
        for field in selection.composites:
            self.complete(field, read(frame.objects, field.attribute), frame)

    def _at_once(self, field: FieldPlan, values: list[Any], frame: Frame) -> bool:
        """Complete a level whose values are all as their type promises; return False, or raise, for any other."""
        key = field.key
        if field.column is not None:
            for out, value in zip(frame.outs, field.column(values), strict=True):
                out[key] = value
            return True
        shape = field.shape
        if shape.selection is not None and shape.selection.test is None:
            return self._objects(field, shape.selection, values, frame)
        item = shape.item
        if item is not None and item.selection is not None and item.selection.test is None:
            return self._lists(field, item.selection, values, frame)
        return False

    def _objects(self, field: FieldPlan, selection: Selection, values: list[Any], frame: Frame) -> bool:
        objects, owners = values, None
        kinds = set(map(type, values))
        if type(None) in kinds and field.shape.nullable:
            owners = [at for at, value in enumerate(values) if value is not None]
            objects = [values[at] for at in owners]
            kinds.discard(type(None))
        if any(issubclass(kind, NOT_OBJECTS) for kind in kinds):
            return False
        child = Frame(selection, objects, parent=frame, field=field, owners=owners)
        child.outs = selection.build(objects)
        key, outs = field.key, frame.outs
        places = range(len(values)) if owners is None else owners
        for at, out in zip(places, child.outs, strict=True):
            outs[at][key] = out
        self._go_on(child)
        return True

    def _lists(self, field: FieldPlan, selection: Selection, values: list[Any], frame: Frame) -> bool:
        nullable = field.shape.nullable
        if not all(type(v) is list or type(v) is tuple or (v is None and nullable) for v in values):
            return False
        objects = [object_ for items in values if items for object_ in items]
        if any(issubclass(kind, NOT_OBJECTS) for kind in set(map(type, objects))):
            return False
        lengths = [len(items) if items else 0 for items in values]
        child = Frame(selection, objects, parent=frame, field=field, lengths=lengths)
        child.outs = selection.build(objects)
        start = 0
        for out, items, length in zip(frame.outs, values, lengths, strict=True):
            out[field.key] = None if items is None else child.outs[start : start + length]
            start += length
        self._go_on(child)
        return True

    def _with_care(self, field: FieldPlan, values: list[Any], frame: Frame) -> None:
        """Look at each value alone: gather the objects by type, then enter each type's frame once."""
        groups = _Groups(field, frame)
        for at, value in enumerate(values):
            self._one(groups, field.shape, value, Position(field, frame, at), (frame.outs[at], field.key))
        for child, slots in groups.frames.values():
            self.enter(child)
            for (container, key), out in zip(slots, child.outs, strict=True):
                container[key] = out

    def _one(self, groups: "_Groups", shape: Shape, value: Any, position: Position, slot: Slot) -> None:
        try:
            if _is_absent(shape, value, position):
                return
            if shape.item is not None:
                self._items(groups, shape.item, _listed(value, position), position, slot)
            elif shape.write is not None:
                slot[0][slot[1]] = _written(shape, value)
            else:
                selection = shape.selection or concrete(shape, value, position, self._state)
                self._check(selection, value, position)
                groups.add(selection, value, position, slot)
        except Exception as error:  # noqa: BLE001 - reported at the position
            self._state.failures.add(position, error)

    def _items(
        self, groups: "_Groups", shape: Shape, items: list[Any], position: Position, slot: Slot
    ) -> None:
        container: list[Any] = [None] * len(items)
        slot[0][slot[1]] = container
        for index, item in enumerate(items):
            inner = Position(position.field, position.frame, position.at, (*position.indices, index))
            self._one(groups, shape, item, inner, (container, index))

    def _check(self, selection: Selection, value: Any, position: Position) -> None:
        if selection.test is not None and not selection.test(value, self._state.info(position)):
            raise GraphQLError(
                f"Expected value of type '{selection.type}' but got: {inspect(value)}.", position.field.nodes
            )


class _Groups:
    """The objects of one field by the selection of their type."""

    def __init__(self, field: FieldPlan, frame: Frame) -> None:
        self._field = field
        self._frame = frame
        self._places: dict[Selection, tuple[list[int], list[Indices]]] = {}
        self.frames: dict[Selection, tuple[Frame, list[Slot]]] = {}

    def add(self, selection: Selection, object_: Any, position: Position, slot: Slot) -> None:
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


def read(objects: list[Any], attribute: str | None) -> list[Any]:
    """Read an attribute of every object; what is raised becomes the value, which completion reports."""
    assert attribute is not None  # noqa: S101 - the compiler sorted the field
    get = attrgetter(attribute)
    try:
        return list(map(get, objects))
    except Exception:  # noqa: BLE001 - one of them fails: find out which
        return [_attempt(get, object_) for object_ in objects]


def _attempt(get: Any, object_: Any) -> Any:
    try:
        return get(object_)
    except Exception as error:  # noqa: BLE001 - becomes the value
        return error


def _is_absent(shape: Shape, value: Any, position: Position) -> bool:
    """Tell whether there is nothing to complete; raises for an exception, and for null where it may not be."""
    if isinstance(value, Exception):
        raise value
    if value is not None and value is not Undefined:
        return False
    if not shape.nullable:
        raise TypeError(f"Cannot return null for non-nullable field {position.field.coordinate}.")
    return True


def _listed(value: Any, position: Position) -> list[Any]:
    if not is_iterable(value):
        raise GraphQLError(
            f"Expected Iterable, but did not find one for field '{position.field.coordinate}'."
        )
    return list(value)


def _written(shape: Shape, value: Any) -> Any:
    assert shape.write is not None  # noqa: S101 - a leaf
    written = shape.write(value)
    if written is None or written is Undefined:
        raise TypeError(
            f"Expected `{inspect(shape.type)}.coerce_output_value({inspect(value)})` to return "
            f"non-nullable value, returned: {inspect(written)}"
        )
    return written
