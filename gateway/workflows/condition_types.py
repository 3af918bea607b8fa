"""Condition types: what a condition can never tell, by the types of the values that it reads."""

import ast
from collections.abc import Callable
from types import NoneType

from domain.workflows import paths, shapes
from domain.workflows.paths import Path
from domain.workflows.shapes import UNKNOWN, Shape
from domain.workflows.vocabulary import ConditionError

ShapeOf = Callable[[Path], Shape]
_Side = tuple[ast.expr, Shape]
_TRUTH = Shape(kind=bool)
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_NUMBERS = frozenset({int, float})
_WITHOUT_ORDER = frozenset({bool, dict, NoneType})


def check(node: ast.expr, shape_of: ShapeOf) -> None:
    """Raise ConditionError where the expression is not true or false, or compares what cannot be compared."""
    _require_truth(node, shape_of)


def _require_truth(node: ast.expr, shape_of: ShapeOf) -> None:
    shape = _shape_of(node, shape_of)
    if shape.kind not in {None, bool}:
        raise ConditionError(
            f"{ast.unparse(node)} is {shapes.name_of(shape)}, and neither true nor false; compare it."
        )


def _shape_of(node: ast.expr, shape_of: ShapeOf) -> Shape:
    if isinstance(node, ast.Constant):
        return Shape(kind=type(node.value))
    if isinstance(node, ast.Name | ast.Attribute):
        return shape_of(paths.read(ast.unparse(node)))
    if isinstance(node, ast.UnaryOp):
        shape = _shape_of(node.operand, shape_of)
        return _TRUTH if isinstance(node.op, ast.Not) else shape
    if isinstance(node, ast.BoolOp):
        for each in node.values:
            _require_truth(each, shape_of)
        return _TRUTH
    if isinstance(node, ast.Compare):
        sides = [(each, _shape_of(each, shape_of)) for each in (node.left, *node.comparators)]
        for place, operator in enumerate(node.ops):
            _check_comparison(sides[place], operator, sides[place + 1])
        return _TRUTH
    return UNKNOWN


def _check_comparison(left: _Side, operator: ast.cmpop, right: _Side) -> None:
    one, other = left[1], right[1]
    if isinstance(operator, ast.In | ast.NotIn):
        fits = _may_hold(other, one)
    elif isinstance(operator, _ORDERS):
        fits = _have_order(one, other)
    else:
        fits = NoneType in {one.kind, other.kind} or _are_alike(one, other)
    if not fits:
        raise ConditionError(
            f"{ast.unparse(left[0])} is {shapes.name_of(one)} and {ast.unparse(right[0])} is {shapes.name_of(other)}; "
            "they cannot be compared so."
        )


def _may_hold(container: Shape, item: Shape) -> bool:
    """Tell whether an item may be in a container."""
    if container.kind is str:
        return item.kind in {None, str}
    if container.kind is list:
        return container.items is None or _are_alike(container.items, item)
    return container.kind in {None, dict}


def _have_order(one: Shape, other: Shape) -> bool:
    return _WITHOUT_ORDER.isdisjoint({one.kind, other.kind}) and _are_alike(one, other)


def _are_alike(one: Shape, other: Shape) -> bool:
    types = {one.kind, other.kind}
    return None in types or len(types) == 1 or types <= _NUMBERS
