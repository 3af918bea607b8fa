"""Media folder: images by their names, which are made of their bytes."""

import os
from collections.abc import Sequence
from pathlib import Path


class MediaFolder:
    """Files in folders by the first two characters of their names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, content: bytes) -> None:
        """Write a file under another name first: who reads it sees all of it or nothing."""
        whole = self.path(name)
        if whole.exists():
            return
        whole.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = whole.with_name(f"{name}.{os.urandom(8).hex()}.part")
        part.write_bytes(content)
        part.replace(whole)

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file; None where it is gone."""
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, names: Sequence[str]) -> None:
        """Remove files."""
        for name in names:
            self.path(name).unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Return where a file is."""
        return self._folder / name[:2] / name
