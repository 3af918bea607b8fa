"""Files of uploads: the bytes, on a disk that all processes of the platform share."""

from collections.abc import Sequence
from typing import BinaryIO, Protocol

from domain.ids import UploadId


class UploadFiles(Protocol):
    """The bytes of uploads that have arrived."""

    def open(self, upload_id: UploadId) -> BinaryIO:
        """Open a file for reading; raises FileNotFoundError."""

    def remove(self, ids: Sequence[UploadId]) -> None:
        """Remove the files; those that are gone are no error."""

    def remove_parts(self, *, older_than_s: float) -> int:
        """Remove what was left of files whose sending was cut off, and return how many."""
