"""Row layouts: the columns of a batch's rows that a plan reads, and their order."""

from collections.abc import Callable
from enum import Enum
from operator import attrgetter, itemgetter
from typing import Any

from resolvers.batches import Batch, ColumnType, NarrowRows

Getter = Callable[[Any], Any]


class RowLayout:
    """The layout of one batch's rows in one plan; it grows while the operation is compiled.

    `columns` are those of the rows in their order, without the key that each row begins with. As soon as an attribute
    is read that has no column of its own, the batch loads whole objects instead.
    """

    __slots__ = ("_indices", "_narrow", "columns")

    def __init__(self, batch: Batch) -> None:
        self._narrow: NarrowRows | None = batch.narrow
        self._indices = {} if batch.narrow is None else {batch.narrow.key: 0}
        self.columns: tuple[str, ...] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether the batch loads rows in place of objects; final once the whole operation is compiled."""
        return self._narrow is not None

    def require(self, attribute: str) -> None:
        """Note that the plan reads an attribute of the loaded objects."""
        if self._narrow is None or attribute not in self._narrow.columns:
            self.require_objects()
        elif attribute not in self._indices:
            self._indices[attribute] = len(self._indices)
            self.columns += (attribute,)

    def require_objects(self) -> None:
        """Note that the plan needs whole objects."""
        self._narrow = None

    async def load(self, context: Any, keys: list[Any]) -> list[Any]:
        """Load the rows of some keys."""
        assert self._narrow is not None  # noqa: S101 - the caller checked
        return await self._narrow.load(context, keys, self.columns)

    def index_of(self, attribute: str) -> int:
        """Return the index of a column in a row."""
        return self._indices[attribute]

    @property
    def width(self) -> int:
        """How many values a row holds."""
        return len(self._indices)

    def unchecked_type(self, attribute: str) -> ColumnType | None:
        """Return the type that the table enforces of a column, or None where values have to be checked."""
        return self._narrow.unchecked.get(attribute) if self._narrow else None


def getter(layout: RowLayout | None, attribute: str | None, enum: type[Enum] | None) -> Getter | None:
    """Return the getter of an attribute of an object or a row; None for the object itself (an event of a stream).

    A row holds the stored value of an enum; the getter returns the member.
    """
    if attribute is None:
        return None
    if layout is None or not layout.is_narrow:
        return attrgetter(attribute)
    get = itemgetter(layout.index_of(attribute))
    if enum is None:
        return get
    members = {None: None, **{member.value: member for member in enum}}
    return lambda row: members[get(row)]
