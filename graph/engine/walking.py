"""Walking a plan: the fields of a selection, whatever way they are answered, and the selections below a shape."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from graph.engine.plans import FieldPlan, Load, Selection, Shape


def fields_of(selection: Selection) -> Iterator[FieldPlan]:
    """Yield every field of a selection but `__typename`."""
    yield from selection.inline
    yield from selection.composites
    for load in selection.loads:
        yield from load.fields
    yield from selection.calls
    yield from selection.refused


def selections_of(shape: Shape) -> Iterator[Selection]:
    """Yield what is selected of the objects that a value holds, one selection for each possible type."""
    while shape.item is not None:
        shape = shape.item
    if shape.selection is not None:
        yield shape.selection
    yield from (shape.abstract or {}).values()


def mark_lone_loads(root: Selection) -> None:
    """Mark the loads whose batch nothing else in the plan calls, so that they have nobody to wait for."""
    wanted: Counter[Any] = Counter()
    times: Counter[Selection] = Counter()
    loads: list[Load] = []
    waiting = [root]
    while waiting:
        selection = waiting.pop()
        times[selection] += 1
        if times[selection] > _SEVERAL:
            continue
        wanted.update(load.identity for load in selection.loads)
        loads += selection.loads
        for field in fields_of(selection):
            waiting += selections_of(field.shape)
    for load in loads:
        load.is_lone = wanted[load.identity] == 1


_SEVERAL = 2
"""A selection that several places share is counted as often as this, and not again with all that is below."""
