"""Rows of the synthetic schema: what a batch answers, with a row in place of each object."""

from typing import Any

from resolvers.batches import Batch, Narrow


class Anything(frozenset[str]):
    """Columns of every name."""

    def __contains__(self, _name: object) -> bool:
        return True


def narrow(batch: Batch) -> Narrow:
    """Make the narrow way of a batch from its wide one."""

    async def load(context: Any, keys: list[Any], columns: tuple[str, ...]) -> list[Any]:
        return [as_rows(found, columns) for found in await batch.load(context, keys)]

    return Narrow(load, "what tells the row", Anything())


def as_rows(found: Any, columns: tuple[str, ...]) -> Any:
    """Replace every object by the row of its columns; what an attribute raises stands in its place."""
    if isinstance(found, list | tuple):
        return type(found)(as_rows(item, columns) for item in found)
    if not hasattr(found, "chances"):
        return found
    return ("a key", *(attempt(found, name) for name in columns))


def attempt(found: Any, name: str) -> Any:
    try:
        return getattr(found, name)
    except Exception as error:  # noqa: BLE001 - becomes the value, as in a batch
        return error
