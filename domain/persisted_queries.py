"""Persisted queries: documents that clients registered once and then name by their hash."""

import hashlib
from typing import Protocol

from domain.entities import entity

ANONYMOUS = "anonymous"
"""The caller that everybody is who is not signed in: together they have one share."""
_LEAST_WEIGHT = 4_096


@entity
class Shares:
    """How much may be kept, in bytes: of all callers, of one, and of all who are not signed in; and for how long.

    What was not asked for during `lifetime_s` seconds may be forgotten.
    """

    total: int = 32 * 1024 * 1024
    caller: int = 512 * 1024
    anonymous: int = 256 * 1024
    lifetime_s: float = 7 * 24 * 3600.0

    def of(self, caller: str) -> int:
        """Return the share of a caller."""
        return self.anonymous if caller == ANONYMOUS else self.caller


@entity
class KeptQuery:
    """A document and who registered it, whose share it fills."""

    text: str
    caller: str


class PersistedQueries(Protocol):
    """Documents by the SHA-256 of their text.

    A caller whose share is full loses the own document that was not asked for longest; where all is full, the caller
    who holds most does. Nobody drives out the documents of somebody who holds less.
    """

    async def find(self, digest: str) -> KeptQuery | None:
        """Return the document with this hash; None where it is not kept, or nobody can say at the moment."""

    async def keep(self, digest: str, query: KeptQuery) -> None:
        """Keep a document; one that is kept stays where it is, one larger than its caller's share is not kept."""


def digest_of(text: str) -> str:
    """Return the SHA-256 of a document in UTF-8, in lower-case hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def weight_of(text: str) -> int:
    """Return how many bytes of a share a document fills: no fewer than 4 KiB, so that none are many."""
    return max(_LEAST_WEIGHT, len(text.encode()))
