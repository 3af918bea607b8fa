"""Completing: the values of one field of a level become response values, and its objects the next level."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError
from graphql.pyutils import inspect

from graph.engine.abstract import concrete
from graph.engine.frames import Frame, Position
from graph.engine.grouping import Groups, Slot, children_of, in_order
from graph.engine.plans import FieldPlan, Selection, Shape
from graph.engine.state import State
from graph.engine.values import is_absent, listed, read, written


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
                get = selection.getter(field.attribute, field.shape)
                self._with_care(field, read(frame.objects, get), frame)
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
        if not frame.objects:
            return
        selection = frame.selection
        if selection.loads or selection.calls or selection.refused:
            self.entered.append(frame)
        for field in selection.composites:
            get = selection.getter(field.attribute, field.shape)
            self.complete(field, read(frame.objects, get), frame)

    def _at_once(self, field: FieldPlan, values: list[Any], frame: Frame) -> bool:
        """Complete a level whose values are all as their type promises; return False, or raise, for any other."""
        key = field.key
        if field.column is not None:
            for out, value in zip(frame.outs, field.column(values), strict=True):
                out[key] = value
            return True
        item = field.shape.item
        if item is None:
            return self._objects(field, values, frame)
        return item.item is None and self._lists(field, item, values, frame)

    def _objects(self, field: FieldPlan, values: list[Any], frame: Frame) -> bool:
        places: Sequence[int] = range(len(values))
        objects = values
        if field.shape.nullable:
            places = [at for at, value in enumerate(values) if value is not None]
            objects = values if len(places) == len(values) else [values[at] for at in places]
        children = children_of(field, field.shape, objects, frame, owners=places)
        key, outs = field.key, frame.outs
        for at, out in zip(places, in_order(children, len(objects)), strict=True):
            outs[at][key] = out
        return self._all_go_on(children)

    def _lists(self, field: FieldPlan, item: Shape, values: list[Any], frame: Frame) -> bool:
        nullable = field.shape.nullable
        if not all(type(v) is list or type(v) is tuple or (v is None and nullable) for v in values):
            return False
        objects = [object_ for items in values if items for object_ in items]
        lengths = [len(items) if items else 0 for items in values]
        children = children_of(field, item, objects, frame, lengths=lengths)
        done = in_order(children, len(objects))
        start = 0
        for out, items, length in zip(frame.outs, values, lengths, strict=True):
            out[field.key] = None if items is None else done[start : start + length]
            start += length
        return self._all_go_on(children)

    def _all_go_on(self, children: list[Frame]) -> bool:
        for child in children:
            self._go_on(child)
        return True

    def _with_care(self, field: FieldPlan, values: list[Any], frame: Frame) -> None:
        """Look at each value alone: gather the objects by type, then enter each type's frame once."""
        groups = Groups(field, frame)
        for at, value in enumerate(values):
            self._one(groups, field.shape, value, Position(field, frame, at), (frame.outs[at], field.key))
        for child, slots in groups.frames.values():
            self.enter(child)
            for (container, key), out in zip(slots, child.outs, strict=True):
                container[key] = out

    def _one(self, groups: Groups, shape: Shape, value: Any, position: Position, slot: Slot) -> None:
        try:
            if is_absent(shape, value, position):
                return
            if shape.item is not None:
                self._items(groups, shape.item, listed(value, position), position, slot)
            elif shape.write is not None:
                slot[0][slot[1]] = written(shape, value)
            else:
                selection = shape.selection or concrete(shape, value, position, self._state)
                self._check(selection, value, position)
                groups.add(selection, value, position, slot)
        except Exception as error:  # noqa: BLE001 - reported at the position
            self._state.failures.add(position, error)

    def _items(self, groups: Groups, shape: Shape, items: list[Any], position: Position, slot: Slot) -> None:
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
