"""Conditions of workflows: comparisons that simpleeval computes, with what is not a comparison taken away."""

import ast
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from simpleeval import DEFAULT_OPERATORS, InvalidExpression, SimpleEval

from domain.errors import InvalidInputError
from domain.workflows import paths
from domain.workflows.paths import INPUTS, Path
from domain.workflows.shapes import Shape
from domain.workflows.vocabulary import LONGEST_CONDITION, ConditionError
from gateway.workflows import condition_types

_COMPARES: tuple[type[ast.AST], ...] = (
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.In,
    ast.NotIn,
)
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    kind: DEFAULT_OPERATORS[kind] for kind in (*_COMPARES, ast.Not, ast.USub)
}
_NODES = (ast.Expr, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.Name, ast.Attribute, ast.Constant)
_CONSTANTS = (str, int, float, bool, type(None))
_ALLOWED = (
    "A condition compares values like inputs.weeks or results.STEP.NAME with ==, !=, <, <=, >, >=, in and not in, "
    "joined by and, or and not."
)


class SafeConditions:
    """Conditions without functions, subscripts and arithmetic: the time of one grows with its length alone.

    Attributes are names in JSON objects, never of Python's: `results.split.items` is the value `items` of a result.
    """

    def paths(self, condition: str) -> list[Path]:
        """Return the paths of the values that it reads; raises ConditionError with a sentence on what is wrong."""
        try:
            return list(_paths_of(_parsed(condition)))
        except InvalidInputError as refused:
            raise ConditionError(refused.message) from refused

    def check(self, condition: str, shape_of: Callable[[Path], Shape]) -> None:
        """Raise ConditionError where no values of these shapes allow to tell whether it holds."""
        condition_types.check(_parsed(condition).value, shape_of)

    def may_hold(self, condition: str, inputs: Mapping[str, Any]) -> bool:
        """Tell whether it may hold with these inputs, whatever the results are; raises ConditionError as `holds`.

        Of the parts that are joined by `and`, those that read a result may hold. What stands after one of these may
        never be computed, so it raises nothing.
        """
        is_certain = True
        for part in _joined(_parsed(condition).value):
            if any(path[0] != INPUTS for path in _paths_of(part)):
                is_certain = False
                continue
            try:
                if not _truth_of(part, {INPUTS: inputs}):
                    return False
            except ConditionError:
                if is_certain:
                    raise
        return True

    def holds(self, condition: str, values: Mapping[str, Any]) -> bool:
        """Tell whether it holds; raises ConditionError where the values do not allow to tell."""
        return _truth_of(_parsed(condition).value, values)


class _Evaluator(SimpleEval):  # type: ignore[misc]  # simpleeval has no types
    """simpleeval with the nodes of a condition only, and with attributes that are names in objects."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(operators=dict(_OPERATORS), functions={}, names={})
        self._values = values
        for kind in self.nodes.keys() - set(_NODES):
            del self.nodes[kind]
        self.nodes[ast.Name] = self.nodes[ast.Attribute] = self._eval_path

    def _eval_path(self, node: ast.Name | ast.Attribute) -> Any:
        return paths.value_at(paths.read(ast.unparse(node)), self._values)


def _truth_of(node: ast.expr, values: Mapping[str, Any]) -> bool:
    try:
        found = _Evaluator(values).eval("", previously_parsed=node)
    except (InvalidExpression, InvalidInputError, TypeError, ValueError, RecursionError) as error:
        raise ConditionError("The condition cannot be computed from these values.") from error
    if not isinstance(found, bool):
        raise ConditionError("The condition is neither true nor false; compare its values.")
    return found


def _joined(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the parts that `and` joins, in order."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        for each in node.values:
            yield from _joined(each)
    else:
        yield node


def _parsed(condition: str) -> ast.Expr:
    if len(condition) > LONGEST_CONDITION:
        raise ConditionError(f"A condition has at most {LONGEST_CONDITION} characters.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's remarks on odd literals
            body = ast.parse(condition.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConditionError(f"The condition cannot be read. {_ALLOWED}") from error
    if len(body) != 1 or not isinstance(body[0], ast.Expr) or not all(map(_is_allowed, ast.walk(body[0]))):
        raise ConditionError(_ALLOWED)
    return body[0]


def _is_allowed(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, _CONSTANTS)
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name | ast.Attribute)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return isinstance(node.operand, ast.Constant) and type(node.operand.value) in {int, float}
    return isinstance(node, (*_NODES, ast.expr_context, ast.boolop)) or type(node) in _OPERATORS


def _paths_of(node: ast.AST) -> Iterator[Path]:
    if isinstance(node, ast.Name | ast.Attribute):
        yield paths.read(ast.unparse(node))
    else:
        for child in ast.iter_child_nodes(node):
            yield from _paths_of(child)
