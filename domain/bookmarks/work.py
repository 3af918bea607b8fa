"""The stores of bookmarks and notes."""

from typing import Protocol

from domain.assessment.work import AssessmentWork
from domain.bookmarks.bookmarks import Bookmarks
from domain.bookmarks.notes import Notes


class BookmarksWork(AssessmentWork, Protocol):
    """The stores that verbs of bookmarks and notes reach."""

    @property
    def bookmarks(self) -> Bookmarks:
        """Bookmarks with their tags."""

    @property
    def notes(self) -> Notes:
        """Private notes on content."""
