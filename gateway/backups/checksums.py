"""Checksums: SHA-256 of files while they are written, and of whole backups before they are read."""

import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from domain.jobs.backup_jobs import BackupDamagedError, BackupError

_PIECE = 1 << 20


class HashedFile:
    """A new file that counts and hashes what is written to it; it is on the disk at the end of the block.

    `error` is why it could not be written, for writers that lose the type of an error on its way.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.error: BackupError | None = None
        self._digest = hashlib.sha256()
        self.size = 0
        try:
            self._file = os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
        except OSError as error:
            raise _not_written(path.name, error) from None

    @property
    def sha256(self) -> str:
        """The digest of what was written so far, in hexadecimal."""
        return self._digest.hexdigest()

    def write(self, piece: bytes) -> int:
        """Write some bytes; raises BackupError where there is no room."""
        try:
            self._file.write(piece)
        except OSError as error:
            self.error = _not_written(self.name, error)
            raise self.error from None
        self._digest.update(piece)
        self.size += len(piece)
        return len(piece)

    def flush(self) -> None:
        """Do nothing: the end of the block writes everything."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._file.flush()
                os.fsync(self._file.fileno())
            self._file.close()
        except OSError as refused:
            if kind is None:
                raise _not_written(self.name, refused) from None


def _not_written(name: str, error: OSError) -> BackupError:
    return BackupError(f"{name} cannot be written ({error.strerror}).")


def lines(digests: dict[str, str]) -> bytes:
    """Return digests by names as `sha256sum -c` reads them."""
    return "".join(f"{digest}  {name}\n" for name, digest in digests.items()).encode()


def check(sums: Path) -> None:
    """Compare the files beside `sums` with the digests in it; raises BackupDamagedError."""
    for line in sums.read_text("ascii", "replace").splitlines():
        digest, _, name = line.partition("  ")
        path = sums.with_name(Path(name).name)
        try:
            found = sha256_of(path)
        except OSError as error:
            raise BackupDamagedError(f"{path.name} cannot be read ({error.strerror}).") from None
        if found != digest:
            raise BackupDamagedError(
                f"The checksum of {path.name} is wrong: the file was changed or cut off."
            )


def sha256_of(path: Path) -> str:
    """Return the digest of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
