"""Abstract types: resolves the object type of a union's or interface's value, with graphql-core's error messages."""

from typing import Any

from graphql import GraphQLError, default_type_resolver, is_object_type
from graphql.pyutils import inspect, is_awaitable

from graph.engine.levels import ResponsePosition
from graph.engine.plans import SelectionSetPlan, Shape
from graph.engine.run_state import RunState


def resolve_abstract_type(
    shape: Shape, value: Any, position: ResponsePosition, state: RunState
) -> SelectionSetPlan:
    """Return the selection set of the value's type; raises for a value of no possible type."""
    for test, selection in shape.tests or ():
        if test(value, None):
            return selection
    resolve = shape.type.resolve_type or default_type_resolver
    name = resolve(value, state.info(position), shape.type)
    if is_awaitable(name):
        name.close()  # type: ignore[attr-defined]
        raise TypeError(f"The type resolver of '{shape.type}' must not be asynchronous.")
    assert shape.abstract is not None  # noqa: S101 - the caller checked
    chosen = shape.abstract.get(name) if isinstance(name, str) else None
    if chosen is None:
        raise GraphQLError(_message(shape, value, name, position, state), list(position.field.nodes))
    return chosen


def _message(shape: Shape, value: Any, name: Any, position: ResponsePosition, state: RunState) -> str:
    type_, field = shape.type, position.field
    if name is None:
        return (
            f"Abstract type '{type_}' must resolve to an Object type at runtime for field '{field.coordinate}'. "
            f"Either the '{type_}' type should provide a 'resolve_type' function or each possible type should "
            "provide an 'is_type_of' function."
        )
    if not isinstance(name, str):
        return (
            f"Abstract type '{type_}' must resolve to an Object type at runtime for field '{field.coordinate}' "
            f"with value {inspect(value)}, received '{inspect(name)}', which is not a valid Object type name."
        )
    found = state.plan.schema.get_type(name)
    if found is None:
        return (
            f"Abstract type '{type_}' was resolved to a type '{name}' that does not exist inside the schema."
        )
    if not is_object_type(found):
        return f"Abstract type '{type_}' was resolved to a non-object type '{name}'."
    return f"Runtime Object type '{found}' is not a possible type for '{type_}'."
