"""Settings of the files on disk: uploads of authors, and images that were imported."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from domain.uploads.uploads import UploadLimits

EXAMPLES = {
    "QUESTPATH_FILES": "/var/lib/questpath/files",
    "QUESTPATH_UPLOAD_QUOTA_BYTES": "500000000",
}
"""A valid value of each setting."""


class FileSettings(BaseSettings):
    """Where files are, and how much of them."""

    data: Path = Path(".data")
    """Where the embedded Postgres keeps its data."""
    files: Path | None = None
    """The folder of files, which `serve` and all workers share; by default `files` in the data folder."""
    upload_quota_bytes: int = Field(default=500_000_000, ge=1_000_000)
    """How many bytes the uploads of one author may have together."""

    @property
    def uploads_folder(self) -> Path:
        """Where uploads are."""
        return self._folder("uploads")

    @property
    def media_folder(self) -> Path:
        """Where images are."""
        return self._folder("media")

    @property
    def printouts_folder(self) -> Path:
        """Where files of printouts are."""
        return self._folder("printouts")

    def _folder(self, name: str) -> Path:
        return (self.files or self.data / "files") / name


def limits_of(largest: int, quota: int) -> UploadLimits:
    """Return the limits of uploads; the quota holds one largest file at least."""
    return UploadLimits(largest=largest, quota=max(quota, largest))
