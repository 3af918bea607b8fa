"""The stores of bookmarks and notes."""

from typing import Protocol

from domain.bookmarks.bookmarks import Bookmarks
from domain.bookmarks.notes import Notes
from domain.bookmarks.targets import TargetsWork


class BookmarksWork(TargetsWork, Protocol):
    """The stores that verbs of bookmarks and notes reach."""

    @property
    def bookmarks(self) -> Bookmarks:
        """Bookmarks with their tags."""

    @property
    def notes(self) -> Notes:
        """Private notes on content."""
