"""Layouts: which columns of a batch's rows a plan reads, and where each of them stands."""

from collections.abc import Callable
from enum import Enum
from operator import attrgetter, itemgetter
from typing import Any

from resolvers.batches import Batch, Narrow, Promise

Getter = Callable[[Any], Any]


class Layout:
    """The rows of one batch in one plan; it grows while the operation is compiled.

    `columns` are those of the rows in their order, without the key that these begin with. As soon as something is
    read that is no column of its own, the batch is asked for whole objects instead.
    """

    __slots__ = ("_narrow", "_places", "columns")

    def __init__(self, batch: Batch) -> None:
        self._narrow: Narrow | None = batch.narrow
        self._places = {} if batch.narrow is None else {batch.narrow.key: 0}
        self.columns: tuple[str, ...] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether rows come in place of objects; it is settled once the whole operation is compiled."""
        return self._narrow is not None

    def want(self, attribute: str) -> None:
        """Note that an attribute of the loaded objects is read."""
        if self._narrow is None or attribute not in self._narrow.columns:
            self.want_objects()
        elif attribute not in self._places:
            self._places[attribute] = len(self._places)
            self.columns += (attribute,)

    def want_objects(self) -> None:
        """Note that whole objects are needed."""
        self._narrow = None

    async def load(self, context: Any, keys: list[Any]) -> list[Any]:
        """Ask the batch for rows."""
        assert self._narrow is not None  # noqa: S101 - the caller looked
        return await self._narrow.load(context, keys, self.columns)

    def place(self, attribute: str) -> int:
        """Return where a column stands in a row."""
        return self._places[attribute]

    @property
    def width(self) -> int:
        """How many values a row holds."""
        return len(self._places)

    def promise(self, attribute: str) -> Promise | None:
        """Return what a column is certain to hold, if anything is."""
        return self._narrow.promises.get(attribute) if self._narrow else None


def getter(layout: Layout | None, attribute: str | None, enum: type[Enum] | None) -> Getter | None:
    """Return what reads an attribute of an object or a row; None for the object itself (an event of a stream).

    A row holds an enum's value, which becomes the member that the object would hold.
    """
    if attribute is None:
        return None
    if layout is None or not layout.is_narrow:
        return attrgetter(attribute)
    get = itemgetter(layout.place(attribute))
    if enum is None:
        return get
    members = {None: None, **{member.value: member for member in enum}}
    return lambda row: members[get(row)]
