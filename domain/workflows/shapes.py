"""Shapes: what a template tells of the values that its steps read, before there are any."""

from collections.abc import Mapping
from types import NoneType
from typing import Any, get_args, get_origin

from domain.entities import entity
from domain.jobs.job_kinds import JobKind
from domain.workflows.templates import WorkflowInputType

ITEMS = "items"
"""The one part of the result of a step for each item."""


@entity
class Shape:
    """What is known of a value: its type, the parts of an object, the items of a list; None for what is not known."""

    kind: type | None = None
    parts: "Mapping[str, Shape] | None" = None
    items: "Shape | None" = None


UNKNOWN = Shape()
_OF_INPUTS: dict[WorkflowInputType, Shape] = {
    WorkflowInputType.STRING: Shape(kind=str),
    WorkflowInputType.INTEGER: Shape(kind=int),
    WorkflowInputType.NUMBER: Shape(kind=float),
    WorkflowInputType.BOOLEAN: Shape(kind=bool),
    WorkflowInputType.STRINGS: Shape(kind=list, items=Shape(kind=str)),
    WorkflowInputType.INTEGERS: Shape(kind=list, items=Shape(kind=int)),
}
_NAMES: dict[type, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    NoneType: "None",
}


def of_input(kind: WorkflowInputType) -> Shape:
    """Return the shape of an input."""
    return _OF_INPUTS[kind]


def of_result(kind: JobKind | None, *, is_list: bool) -> Shape:
    """Return the shape of the result of a step: that of one job, or of the list of them."""
    one = Shape(kind=dict, parts=None if kind is None else _parts_of(kind))
    return Shape(kind=dict, parts={ITEMS: Shape(kind=list, items=one)}) if is_list else one


def _parts_of(kind: JobKind) -> Mapping[str, Shape] | None:
    return None if kind.result is None else {name: Shape(kind=each) for name, each in kind.result.items()}


def at(shape: Shape, names: tuple[str, ...]) -> Shape:
    """Return the shape of a part of a value; UNKNOWN where there is none."""
    for name in names:
        shape = UNKNOWN if shape.parts is None else shape.parts.get(name, UNKNOWN)
    return shape


def refusal_of(shape: Shape, names: tuple[str, ...], said: str) -> str | None:
    """Return why a value, of which a template says `said`, has no such part; None where it may have it."""
    for name in names:
        if shape.kind not in {None, dict}:
            return f"{said} has no parts."
        if shape.parts is None:
            return None
        if name not in shape.parts:
            known = ", ".join(sorted(shape.parts))
            return f"{said} has no {name}; it has {known}." if known else f"{said} has no parts."
        shape, said = shape.parts[name], f"{said}.{name}"
    return None


def name_of(shape: Shape) -> str:
    """Return what people call a value of a known shape."""
    return "a value" if shape.kind is None else _NAMES[shape.kind]


def may_be(shape: Shape, hint: Any) -> bool:
    """Tell whether a value of the shape may fit the annotation of an argument."""
    options = (hint,) if get_origin(hint) in {list, dict} else get_args(hint) or (hint,)
    return shape.kind is None or any(_may_be(shape, option) for option in options)


def _may_be(shape: Shape, option: Any) -> bool:
    origin = get_origin(option)
    if origin is list and shape.kind is list:
        return shape.items is None or may_be(shape.items, get_args(option)[0])
    wanted = origin or getattr(option, "__supertype__", option)
    return shape.kind is wanted or (shape.kind is int and wanted is float)
