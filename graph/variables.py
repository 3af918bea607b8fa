"""Variables: how large they may be, counted in one pass before anything is made of them."""

from typing import Any

from graphql import GraphQLError

from graph.limits import COST, DEPTH, Limits


def check_variables(variables: dict[str, Any], limits: Limits) -> None:
    """Raise GraphQLError, with its code, where variables are nested too deeply, too long or too many."""
    waiting = [value for value in variables.values() if isinstance(value, list | dict)]
    found = len(variables)
    level = 0
    while waiting or found > limits.variable_values:
        level += 1
        inner: list[Any] = []
        for holder in waiting:
            if isinstance(holder, list) and len(holder) > limits.variable_list:
                raise _refusal(COST, "A list in the variables", len(holder), limits.variable_list, "values")
            values = holder if isinstance(holder, list) else holder.values()
            found += len(values)
            if found > limits.variable_values:
                break
            inner += [value for value in values if isinstance(value, list | dict)]
        if found > limits.variable_values:
            raise _refusal(COST, "The variables", found, limits.variable_values, "values")
        if level > limits.variable_depth:
            raise _refusal(DEPTH, "The nesting of a variable", level, limits.variable_depth, "levels")
        waiting = inner


def _refusal(code: str, what: str, actual: int, limit: int, unit: str) -> GraphQLError:
    return GraphQLError(
        f"{what} has {actual:,} {unit} or more; at most {limit:,} are read. Send less, or in several requests.",
        extensions={"code": code},
    )
