"""Completion: turns the values of a field into response values, and their objects into the levels below."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError
from graphql.pyutils import inspect

from graph.engine.abstract_types import resolve_abstract_type
from graph.engine.codegen import builder_of, column_of
from graph.engine.levels import Level, ResponsePosition
from graph.engine.plans import FieldPlan, SelectionSetPlan, Shape
from graph.engine.run_state import RunState
from graph.engine.type_groups import ResponseSlot, TypeGroups, in_order, levels_of
from graph.engine.values import is_absent, listed, read, serialised


class Completion:
    """Completes levels of one run; `unfinished` collects the levels that still have fields to execute."""

    __slots__ = ("_state", "unfinished")

    def __init__(self, state: RunState) -> None:
        self._state = state
        self.unfinished: list[Level] = []

    def enter(self, level: Level) -> None:
        """Make the response objects of a level of valid objects, and fill in their attributes."""
        selection = level.selection
        try:
            level.results = (selection.build or builder_of(selection))(level.objects)
        except Exception:  # noqa: BLE001 - a value that the generated function does not expect
            level.results = [dict(selection.template) for _ in level.objects]
            for field in selection.inline:
                get = selection.getter(field.attribute, field.shape)
                self._complete_each(field, read(level.objects, get), level)
        self._descend(level)

    def complete(self, field: FieldPlan, values: list[Any], level: Level) -> None:
        """Complete one value of the field per object of the level."""
        try:
            is_done = self._complete_all(field, values, level)
        except Exception:  # noqa: BLE001 - as above
            is_done = False
        if not is_done:
            self._complete_each(field, values, level)

    def _descend(self, level: Level) -> None:
        """Complete the nested attributes of a level, and note it if fields are left to execute."""
        if not level.objects:
            return
        selection = level.selection
        if selection.loads or selection.calls or selection.refused:
            self.unfinished.append(level)
        for field in selection.nested:
            get = selection.getter(field.attribute, field.shape)
            self.complete(field, read(level.objects, get), level)

    def _complete_all(self, field: FieldPlan, values: list[Any], level: Level) -> bool:
        """Complete values that are all what their type promises; return False, or raise, for any other."""
        key = field.key
        if field.has_column:
            completed = (field.column or column_of(field))(values)
            for result, value in zip(level.results, completed, strict=True):
                result[key] = value
            return True
        item = field.shape.item
        if item is None:
            return self._objects(field, values, level)
        return item.item is None and self._lists(field, item, values, level)

    def _objects(self, field: FieldPlan, values: list[Any], level: Level) -> bool:
        parents: Sequence[int] = range(len(values))
        objects = values
        if field.shape.nullable:
            parents = [at for at, value in enumerate(values) if value is not None]
            objects = values if len(parents) == len(values) else [values[at] for at in parents]
        children = levels_of(field, field.shape, objects, level, parents=parents)
        key, results = field.key, level.results
        for at, result in zip(parents, in_order(children, len(objects)), strict=True):
            results[at][key] = result
        return self._descend_all(children)

    def _lists(self, field: FieldPlan, item: Shape, values: list[Any], level: Level) -> bool:
        nullable = field.shape.nullable
        if not all(type(v) is list or type(v) is tuple or (v is None and nullable) for v in values):
            return False
        objects = [object_ for items in values if items for object_ in items]
        lengths = [len(items) if items else 0 for items in values]
        children = levels_of(field, item, objects, level, lengths=lengths)
        done = in_order(children, len(objects))
        start = 0
        for result, items, length in zip(level.results, values, lengths, strict=True):
            result[field.key] = None if items is None else done[start : start + length]
            start += length
        return self._descend_all(children)

    def _descend_all(self, children: list[Level]) -> bool:
        for child in children:
            self._descend(child)
        return True

    def _complete_each(self, field: FieldPlan, values: list[Any], level: Level) -> None:
        """Complete value by value: group the objects by type, then enter each type's level once."""
        groups = TypeGroups(field, level)
        for at, value in enumerate(values):
            position = ResponsePosition(field, level, at)
            self._complete(groups, field.shape, value, position, (level.results[at], field.key))
        for child, slots in groups.levels.values():
            self.enter(child)
            for (container, key), result in zip(slots, child.results, strict=True):
                container[key] = result

    def _complete(
        self, groups: TypeGroups, shape: Shape, value: Any, position: ResponsePosition, slot: ResponseSlot
    ) -> None:
        """Complete one value as CompleteValue of the specification does."""
        try:
            if is_absent(shape, value, position):
                return
            if shape.item is not None:
                self._items(groups, shape.item, listed(value, position), position, slot)
            elif shape.serialise is not None:
                slot[0][slot[1]] = serialised(shape, value)
            else:
                selection = shape.selection or resolve_abstract_type(shape, value, position, self._state)
                self._check(selection, value, position)
                groups.add(selection, value, position, slot)
        except Exception as error:  # noqa: BLE001 - reported at the position
            self._state.field_errors.add(position, error)

    def _items(
        self,
        groups: TypeGroups,
        shape: Shape,
        items: list[Any],
        position: ResponsePosition,
        slot: ResponseSlot,
    ) -> None:
        container: list[Any] = [None] * len(items)
        slot[0][slot[1]] = container
        for index, item in enumerate(items):
            indices = (*position.indices, index)
            inner = ResponsePosition(position.field, position.level, position.at, indices)
            self._complete(groups, shape, item, inner, (container, index))

    def _check(self, selection: SelectionSetPlan, value: Any, position: ResponsePosition) -> None:
        if selection.test is not None and not selection.test(value, self._state.info(position)):
            raise GraphQLError(
                f"Expected value of type '{selection.type}' but got: {inspect(value)}.",
                list(position.field.nodes),
            )
