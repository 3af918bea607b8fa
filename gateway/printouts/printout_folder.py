"""Printout folder: files by the ids of their printouts, in one folder."""

import os
from collections.abc import Sequence
from pathlib import Path

from domain.ids import PrintoutId


class PrintoutFolder:
    """Files that are written under another name first: who reads one sees all of it or nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, printout_id: PrintoutId, content: bytes) -> None:
        """Write a file; one that is there is replaced."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self._folder / f"{printout_id}.{os.urandom(8).hex()}.part"
        try:
            part.write_bytes(content)
            part.replace(self.path(printout_id))
        finally:
            part.unlink(missing_ok=True)

    def remove(self, ids: Sequence[PrintoutId]) -> None:
        """Remove files."""
        for printout_id in ids:
            self.path(printout_id).unlink(missing_ok=True)

    def path(self, printout_id: PrintoutId) -> Path:
        """Return where a file is."""
        return self._folder / printout_id
