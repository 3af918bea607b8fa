"""Walking a plan: the fields of a selection, whatever way they are answered, and the selections below a shape."""

from collections.abc import Iterator

from graph.engine.plans import FieldPlan, Selection, Shape


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
