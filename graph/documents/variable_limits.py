"""Variable limits: depth, length and number of values, checked in one pass before coercion."""

from collections.abc import Collection
from types import NoneType
from typing import Any

from graphql import GraphQLError

from graph.documents.limits import COST, DEPTH, Limits

_CONTAINERS = (list, dict)
_SCALARS = frozenset((str, int, float, bool, NoneType))


def check_variables(variables: dict[str, Any], limits: Limits) -> None:
    """Raise GraphQLError, with its code, for variables that are nested too deeply, too long or too many."""
    waiting = _containers(variables.values())
    count = len(variables)
    level = 0
    while waiting or count > limits.variable_values:
        level += 1
        inner: list[Any] = []
        for container in waiting:
            is_list = isinstance(container, list)
            if is_list and len(container) > limits.variable_list:
                raise _refusal(
                    COST, "A list in the variables has", len(container), limits.variable_list, "values"
                )
            count += len(container)
            if count > limits.variable_values:
                break
            inner += _containers(container if is_list else container.values())
        if count > limits.variable_values:
            raise _refusal(COST, "The variables have", count, limits.variable_values, "values")
        if level > limits.variable_depth:
            raise _refusal(DEPTH, "A variable is nested", level, limits.variable_depth, "levels deep")
        waiting = inner


def _containers(values: Collection[Any]) -> Collection[Any]:
    """Return the lists and objects among values; mostly there are none, which a set of types shows fastest."""
    return () if _SCALARS.issuperset(map(type, values)) else [v for v in values if isinstance(v, _CONTAINERS)]


def _refusal(code: str, what: str, actual: int, limit: int, unit: str) -> GraphQLError:
    return GraphQLError(
        f"{what} {actual:,} {unit} or more; the limit is {limit:,}. Send less, or several requests.",
        extensions={"code": code},
    )
