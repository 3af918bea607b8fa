"""Persisted queries: documents that clients register once and then send by their hash."""

import hashlib
from typing import Protocol

from domain.entities import entity

ANONYMOUS = "anonymous"
"""The name of all anonymous callers, who have one share together."""
_LEAST_WEIGHT = 4_096


@entity
class Shares:
    """The bytes that may be stored: in total, for one caller, and for all anonymous callers together.

    A document that was not requested for `lifetime_s` seconds may be dropped.
    """

    total: int = 32 * 1024 * 1024
    caller: int = 512 * 1024
    anonymous: int = 256 * 1024
    lifetime_s: float = 7 * 24 * 3600.0

    def of(self, caller: str) -> int:
        """Return the share of a caller."""
        return self.anonymous if caller == ANONYMOUS else self.caller


@entity
class PersistedQuery:
    """A document, and the caller who registered it and whose share it fills."""

    text: str
    caller: str


class PersistedQueries(Protocol):
    """Documents by the SHA-256 of their text.

    When a caller's share is full, the least recently used of their documents is dropped; when the total is full, that
    of the caller with the most bytes. So no caller can displace the documents of callers with fewer bytes.
    """

    async def find(self, digest: str) -> PersistedQuery | None:
        """Return the document with this hash; None when it is not stored, or the store is unavailable."""

    async def register(self, digest: str, query: PersistedQuery) -> None:
        """Store a document; one that is stored keeps its caller, and one larger than the share is not stored."""


def digest_of(text: str) -> str:
    """Return the SHA-256 of a document in UTF-8, in lower-case hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def weight_of(text: str) -> int:
    """Return the bytes of a share that a document fills: at least 4 KiB, which bounds their number."""
    return max(_LEAST_WEIGHT, len(text.encode()))
