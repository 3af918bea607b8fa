"""Row encoder: writes a list of rows straight to JSON when only leaf fields are selected."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any

import msgspec
import orjson
from graphql import is_specified_scalar_type

from graph.engine.plans import FieldPlan, SelectionSetPlan, Shape

_ENCODE = msgspec.json.Encoder().encode
MakeColumn = Callable[[Shape], Callable[[Any], Any]]
"""Makes the function that completes the values of a column of one shape."""

_TYPES: dict[str, type[Any]] = {"String": str, "ID": str, "Boolean": bool, "Int": int}
"""The Python type whose values are their own JSON, by built-in scalar."""


def is_unchecked(selection: SelectionSetPlan, field: FieldPlan) -> bool:
    """Tell whether a column's values are written as they are, because its table enforces the field's type."""
    column_type = selection.layout.unchecked_type(field.attribute or "") if selection.layout else None
    if column_type is None or not is_specified_scalar_type(field.shape.type):
        return False
    type_, may_be_null = column_type
    return type_ is _TYPES.get(field.shape.type.name) and (field.shape.nullable or not may_be_null)


def row_encoder(
    selection: SelectionSetPlan, make_column: MakeColumn
) -> Callable[[Sequence[Any]], Any] | None:
    """Generate the function that turns a list of rows into JSON; None where the response needs objects.

    It completes column by column and encodes structs, which take half the time of dictionaries to make and a third of
    their memory. It raises at a value that its type does not allow. What a row holds after the columns of the layout, a
    batch needs for itself; it is left out.
    """
    layout = selection.layout
    if layout is None or not layout.is_narrow or not selection.is_inlinable or not selection.inline:
        return None
    if not all(_has_one_encoding(field.shape) for field in selection.inline):
        return None
    space: dict[str, Any] = {
        "encode": _ENCODE,
        "fragment": orjson.Fragment,
        "repeat": repeat,
        "struct": _row_type(tuple(selection.template)),
    }
    values = ", ".join(_columns(selection, make_column, space))
    read = "".join(f"c{index}, " for index in range(layout.width))
    encoded = f"fragment(encode(list(map(struct, {values}))))"
    source = (
        f"def encode_rows(rows):\n    if not rows:\n        return []\n"
        f"    {read}*_ = zip(*rows)\n    return {encoded}\n"
    )
    exec(compile(source, "<row encoder>", "exec"), space)  # noqa: S102 - no names but those that are made here
    made: Callable[[Sequence[Any]], Any] = space.pop("encode_rows")  # else it would hold itself
    return made


@lru_cache(maxsize=256)
def _row_type(keys: tuple[str, ...]) -> Any:
    """Return the struct with these response keys; plans share it, because only the garbage collector frees a class."""
    names = [f"f{number}" for number in range(len(keys))]
    return msgspec.defstruct("Row", names, rename=dict(zip(names, keys, strict=True)), gc=False)


def _columns(selection: SelectionSetPlan, make_column: MakeColumn, space: dict[str, Any]) -> list[str]:
    """Write the expression for each response key's values, and put the objects that it names into `space`."""
    inline = {field.key: field for field in selection.inline}
    expressions = []
    for number, (key, constant) in enumerate(selection.template.items()):
        field, name = inline.get(key), f"x{number}"
        if field is None:
            space[name] = constant
            expressions.append(f"repeat({name})")
            continue
        assert selection.layout is not None and field.attribute is not None  # noqa: S101, PT018 - a row's column
        read = f"c{selection.layout.index_of(field.attribute)}"
        if is_unchecked(selection, field):
            expressions.append(read)
        elif field.shape.enum is not None:
            null = {None: None} if field.shape.nullable else {}
            space[name] = (null | field.shape.serialised_enum).__getitem__
            expressions.append(f"map({name}, {read})")
        else:
            space[name] = make_column(field.shape)
            expressions.append(f"{name}({read})")
    return expressions


def _has_one_encoding(shape: Shape) -> bool:
    """Tell whether every JSON library writes its values alike; they differ in floats."""
    return shape.enum is not None or (is_specified_scalar_type(shape.type) and shape.type.name in _TYPES)
