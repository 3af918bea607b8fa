"""The stores of media."""

from typing import Protocol

from domain.media.media import MediaStore
from domain.unit_of_work import UnitOfWork


class MediaWork(UnitOfWork, Protocol):
    """The stores that verbs of media reach."""

    @property
    def media(self) -> MediaStore:
        """Images."""
