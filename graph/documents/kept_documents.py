"""Kept documents: prepared operations that are likely to be used again, bounded by the memory that they take."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

CACHE_BYTES = 24 * 1024 * 1024
"""The memory that kept documents take at most, in bytes, in each process: 400 to 800 documents of usual size.

A full garbage collection looks at all of them, at about 4 objects per kilobyte.
"""
_MOST_SEEN = 16_384
_LARGEST_SHARE = 8
Key = tuple[str, str | None]
"""The text of a document, and the name of the operation that a request asks for."""


class Weighed(Protocol):
    """What is kept; without a key it is kept elsewhere."""

    key: Key | None

    def weigh(self) -> int:
        """Return the memory that it takes by now, in bytes."""


Document = TypeVar("Document", bound=Weighed)


class KeptDocuments(Generic[Document]):
    """Documents that were used twice; the least recently used one is let go first.

    Most documents that an attacker makes up are used once, and must not push out those of others. So the first use
    leaves a number behind, and the second one keeps the document. A use is an operation that was charged, authorised
    and about to run: a refused request keeps nothing and pushes nothing out. A document that alone would fill an eighth
    of the memory is never kept.
    """

    def __init__(self, largest: int = CACHE_BYTES) -> None:
        self.bytes = 0
        self._largest = largest
        self._known: OrderedDict[Key, Document] = OrderedDict()
        self._weights: dict[Key, int] = {}
        self._seen = _Seen(_MOST_SEEN)

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self._known)

    def find(self, key: Key) -> Document | None:
        """Return a kept document."""
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
        return known

    def use(self, document: Document, *, at_once: bool = False) -> None:
        """Note a use of a document, and weigh it anew if it is kept; `at_once` keeps it at its first use."""
        key, weight = document.key, document.weigh()
        if key is not None and (at_once or self._known.get(key) is document or self._seen.before(key)):
            self._keep(key, document, weight)

    def _keep(self, key: Key, document: Document, weight: int) -> None:
        self.bytes += weight - self._weights.get(key, 0)
        self._weights[key] = weight
        self._known[key] = document
        self._known.move_to_end(key)
        if weight > self._largest // _LARGEST_SHARE:
            self._drop(key)
        while self.bytes > self._largest:
            self._drop(next(iter(self._known)))

    def _drop(self, key: Key) -> None:
        del self._known[key]
        self.bytes -= self._weights.pop(key)


class _Seen:
    """The hashes of what was seen lately: between half and all of the last `most`."""

    def __init__(self, most: int) -> None:
        self._most = most // 2
        self._new: set[int] = set()
        self._old: set[int] = set()

    def before(self, key: Hashable) -> bool:
        """Tell whether it was seen before, and note that it is seen now."""
        number = hash(key)
        if number in self._new or number in self._old:
            return True
        if len(self._new) >= self._most:
            self._old, self._new = self._new, set()
        self._new.add(number)
        return False
