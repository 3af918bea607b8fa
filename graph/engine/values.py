"""Values: reads them from objects, and raises graphql-core's errors for those that their type does not allow."""

from typing import Any

from graphql import GraphQLError
from graphql.pyutils import Undefined, inspect, is_iterable

from graph.engine.levels import ResponsePosition
from graph.engine.plans import Shape
from graph.engine.row_layouts import Getter


def read(objects: list[Any], get: Getter | None) -> list[Any]:
    """Read a value of every object; without a getter the object is the value (an event of a stream).

    An exception becomes the value, and completion reports it.
    """
    if get is None:
        return objects
    try:
        return list(map(get, objects))
    except Exception:  # noqa: BLE001 - one of them fails: find out which
        return [_value_or_error(get, object_) for object_ in objects]


def picked(values: list[Any], get: Getter | None) -> list[Any]:
    """Read a value of every loaded object; None and exceptions stay as they are."""
    loaded = [at for at, v in enumerate(values) if v is not None and not isinstance(v, Exception)]
    result = list(values)
    for at, value in zip(loaded, read([values[at] for at in loaded], get), strict=True):
        result[at] = value
    return result


def _value_or_error(get: Any, object_: Any) -> Any:
    try:
        return get(object_)
    except Exception as error:  # noqa: BLE001 - becomes the value
        return error


def is_absent(shape: Shape, value: Any, position: ResponsePosition) -> bool:
    """Tell whether there is no value to complete; raises for an exception, and for null in a non-null field."""
    if isinstance(value, Exception):
        raise value
    if value is not None and value is not Undefined:
        return False
    if not shape.nullable:
        raise TypeError(f"Cannot return null for non-nullable field {position.field.coordinate}.")
    return True


def listed(value: Any, position: ResponsePosition) -> list[Any]:
    """Return the items of a list's value; raises for a value that is no list."""
    if not is_iterable(value):
        raise GraphQLError(
            f"Expected Iterable, but did not find one for field '{position.field.coordinate}'."
        )
    return list(value)


def serialised(shape: Shape, value: Any) -> Any:
    """Serialise a leaf; raises where that fails or gives nothing."""
    assert shape.serialise is not None  # noqa: S101 - a leaf
    result = shape.serialise(value)
    if result is None or result is Undefined:
        raise TypeError(
            f"Expected `{inspect(shape.type)}.coerce_output_value({inspect(value)})` to return "
            f"non-nullable value, returned: {inspect(result)}"
        )
    return result
