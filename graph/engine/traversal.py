"""Traversal of plans: the fields of a selection set, and the selection sets below a field."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from graph.engine.plans import BatchLoad, FieldPlan, SelectionSetPlan, Shape


def fields_of(selection: SelectionSetPlan) -> Iterator[FieldPlan]:
    """Yield every field of a selection set but `__typename`."""
    yield from selection.inline
    yield from selection.nested
    for load in selection.loads:
        yield from load.fields
    yield from selection.calls
    yield from selection.refused


def selections_of(shape: Shape) -> Iterator[SelectionSetPlan]:
    """Yield the selection sets of the objects in a value, one for each possible type."""
    while shape.item is not None:
        shape = shape.item
    if shape.selection is not None:
        yield shape.selection
    yield from (shape.abstract or {}).values()


def mark_lone_loads(root: SelectionSetPlan) -> None:
    """Mark the loads that are the only ones of their batch, so that they need not wait for others."""
    loads_of_batch: Counter[Any] = Counter()
    visits: Counter[SelectionSetPlan] = Counter()
    loads: list[BatchLoad] = []
    waiting = [root]
    while waiting:
        selection = waiting.pop()
        visits[selection] += 1
        if visits[selection] > _MOST_VISITS:
            continue
        loads_of_batch.update(load.identity for load in selection.loads)
        loads += selection.loads
        for field in fields_of(selection):
            waiting += selections_of(field.shape)
    for load in loads:
        load.is_lone = loads_of_batch[load.identity] == 1


_MOST_VISITS = 2
"""A selection set that several fields share is visited twice at most: the second visit shows that it is shared."""
