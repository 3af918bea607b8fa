"""Files of media, by their names; the name is made of the bytes, so that a file never changes."""

from collections.abc import Sequence
from typing import Protocol


class MediaFiles(Protocol):
    """The bytes of images."""

    def keep(self, name: str, content: bytes) -> None:
        """Write a file, unless it is there."""

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file; None where it is gone."""

    def remove(self, names: Sequence[str]) -> None:
        """Remove files; those that are gone are no error."""
