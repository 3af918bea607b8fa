"""Rows of the synthetic schema: what a batch returns, with a row in place of each object."""

from typing import Any

from resolvers.batches import Batch, NarrowRows


class AllColumns(frozenset[str]):
    """Columns of every name."""

    def __contains__(self, _name: object) -> bool:
        return True


def narrow_rows(batch: Batch) -> NarrowRows:
    """Make the row loading of a batch from its loading of objects."""

    async def load(context: Any, keys: list[Any], columns: tuple[str, ...]) -> list[Any]:
        return [as_rows(found, columns) for found in await batch.load(context, keys)]

    return NarrowRows(load, "the key of the row", AllColumns())


def as_rows(found: Any, columns: tuple[str, ...]) -> Any:
    """Replace every object by the row of its columns; an exception of an attribute becomes its value."""
    if isinstance(found, list | tuple):
        return type(found)(as_rows(item, columns) for item in found)
    if not hasattr(found, "chances"):
        return found
    return ("a key", *(value_or_error(found, name) for name in columns))


def value_or_error(found: Any, name: str) -> Any:
    try:
        return getattr(found, name)
    except Exception as error:  # noqa: BLE001 - becomes the value, as in a batch
        return error
