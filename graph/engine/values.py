"""Values: reading them from objects, and what graphql-core says of those that are not as their type promises."""

from typing import Any

from graphql import GraphQLError
from graphql.pyutils import Undefined, inspect, is_iterable

from graph.engine.frames import Position
from graph.engine.layouts import Getter
from graph.engine.plans import Shape


def read(objects: list[Any], get: Getter | None) -> list[Any]:
    """Read something of every object, which is the value itself where nothing is read (an event of a stream).

    What is raised becomes the value, which completion reports.
    """
    if get is None:
        return objects
    try:
        return list(map(get, objects))
    except Exception:  # noqa: BLE001 - one of them fails: find out which
        return [_attempt(get, object_) for object_ in objects]


def picked(values: list[Any], get: Getter | None) -> list[Any]:
    """Read something of every loaded object; what is no object stays as it is."""
    places = [at for at, v in enumerate(values) if v is not None and not isinstance(v, Exception)]
    result = list(values)
    for at, value in zip(places, read([values[at] for at in places], get), strict=True):
        result[at] = value
    return result


def _attempt(get: Any, object_: Any) -> Any:
    try:
        return get(object_)
    except Exception as error:  # noqa: BLE001 - becomes the value
        return error


def is_absent(shape: Shape, value: Any, position: Position) -> bool:
    """Tell whether there is nothing to complete; raises for an exception, and for null where it may not be."""
    if isinstance(value, Exception):
        raise value
    if value is not None and value is not Undefined:
        return False
    if not shape.nullable:
        raise TypeError(f"Cannot return null for non-nullable field {position.field.coordinate}.")
    return True


def listed(value: Any, position: Position) -> list[Any]:
    """Return the items of a list's value; raises for what is none."""
    if not is_iterable(value):
        raise GraphQLError(
            f"Expected Iterable, but did not find one for field '{position.field.coordinate}'."
        )
    return list(value)


def written(shape: Shape, value: Any) -> Any:
    """Serialise a leaf; raises where that fails or gives nothing."""
    assert shape.write is not None  # noqa: S101 - a leaf
    result = shape.write(value)
    if result is None or result is Undefined:
        raise TypeError(
            f"Expected `{inspect(shape.type)}.coerce_output_value({inspect(value)})` to return "
            f"non-nullable value, returned: {inspect(result)}"
        )
    return result
