"""Upload folder: writes the bytes of an upload to disk as they arrive, and never holds more than a piece of them."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from domain.ids import UploadId

_PIECE = 1024 * 1024
_PART = ".part"


class UploadReceiver:
    """Receives the bytes of one upload into a part, which becomes the file when it is kept."""

    def __init__(self, part: Path, file: BinaryIO, whole: Path) -> None:
        self.size = 0
        self._part = part
        self._whole = whole
        self._file = file
        self._digest = hashlib.sha256()
        self._pieces: list[bytes] = []
        self._waiting = 0

    async def write(self, chunk: bytes) -> None:
        """Take some bytes; they are on disk, or at most a megabyte of them waits."""
        self.size += len(chunk)
        self._waiting += len(chunk)
        self._pieces.append(chunk)
        if self._waiting >= _PIECE:
            await self._flush()

    async def sha256(self) -> str:
        """Write the last bytes to the disk, and return the digest of all."""
        await self._flush()
        await asyncio.to_thread(os.fsync, self._file.fileno())
        return self._digest.hexdigest()

    def keep(self) -> None:
        """Make the part the file of the upload."""
        self._part.replace(self._whole)

    async def _flush(self) -> None:
        piece, self._pieces, self._waiting = b"".join(self._pieces), [], 0
        await asyncio.to_thread(self._write, piece)

    def _write(self, piece: bytes) -> None:
        self._digest.update(piece)
        self._file.write(piece)


class UploadFolder:
    """Files by the ids of their uploads, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, upload_id: UploadId) -> BinaryIO:
        """Open a file for reading; raises FileNotFoundError."""
        return self._path(upload_id).open("rb")

    @asynccontextmanager
    async def receiving(self, upload_id: UploadId) -> AsyncIterator[UploadReceiver]:
        """Open a part for the block; at its end the part is removed, unless it was kept."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self._folder / f"{upload_id}.{os.urandom(8).hex()}{_PART}"
        with part.open("xb") as file:
            try:
                yield UploadReceiver(part, file, self._path(upload_id))
            finally:
                part.unlink(missing_ok=True)

    def remove(self, ids: Sequence[UploadId]) -> None:
        """Remove the files of uploads."""
        for upload_id in ids:
            self._path(upload_id).unlink(missing_ok=True)

    def remove_parts(self, *, older_than_s: float) -> int:
        """Remove parts that no request writes to any more."""
        removed = 0
        for part in self._folder.glob(f"*{_PART}"):
            with suppress(FileNotFoundError):
                if time.time() - part.stat().st_mtime > older_than_s:
                    part.unlink()
                    removed += 1
        return removed

    def _path(self, upload_id: UploadId) -> Path:
        return self._folder / upload_id
