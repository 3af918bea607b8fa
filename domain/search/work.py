"""The stores of search."""

from typing import Protocol

from domain.bookmarks.work import BookmarksWork
from domain.search.search import Search


class SearchWork(BookmarksWork, Protocol):
    """The stores that searching reaches."""

    @property
    def search(self) -> Search:
        """Objects of all kinds by words."""
