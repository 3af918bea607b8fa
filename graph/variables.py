"""Variables: how large they may be, counted in one pass before anything is made of them."""

from collections.abc import Collection
from types import NoneType
from typing import Any

from graphql import GraphQLError

from graph.limits import COST, DEPTH, Limits

_HOLDERS = (list, dict)
_SINGLE = frozenset((str, int, float, bool, NoneType))


def check_variables(variables: dict[str, Any], limits: Limits) -> None:
    """Raise GraphQLError, with its code, where variables are nested too deeply, too long or too many."""
    waiting = _holders(variables.values())
    found = len(variables)
    level = 0
    while waiting or found > limits.variable_values:
        level += 1
        inner: list[Any] = []
        for holder in waiting:
            is_list = isinstance(holder, list)
            if is_list and len(holder) > limits.variable_list:
                raise _refusal(COST, "A list in the variables", len(holder), limits.variable_list, "values")
            found += len(holder)
            if found > limits.variable_values:
                break
            inner += _holders(holder if is_list else holder.values())
        if found > limits.variable_values:
            raise _refusal(COST, "The variables", found, limits.variable_values, "values")
        if level > limits.variable_depth:
            raise _refusal(DEPTH, "The nesting of a variable", level, limits.variable_depth, "levels")
        waiting = inner


def _holders(values: Collection[Any]) -> Collection[Any]:
    """Return the lists and objects among values; mostly there are none, which a set tells fastest."""
    return () if _SINGLE.issuperset(map(type, values)) else [v for v in values if isinstance(v, _HOLDERS)]


def _refusal(code: str, what: str, actual: int, limit: int, unit: str) -> GraphQLError:
    return GraphQLError(
        f"{what} has {actual:,} {unit} or more; at most {limit:,} are read. Send less, or in several requests.",
        extensions={"code": code},
    )
