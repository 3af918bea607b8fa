"""File archives: the files beside the database, as a tar, and back into their folder."""

import tarfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from domain.jobs.backup_jobs import BackupDamagedError

_UNFINISHED = ".part"
Halted = Callable[[], bool]
"""Tells whether to stop before the next file."""


def write(folders: Sequence[Path], writer: BinaryIO, *, is_halted: Halted) -> int:
    """Write the files of the folders as a tar, each below the name of its folder; return how many.

    A file that is removed meanwhile is left out: its row is gone, too.
    """
    count = 0
    with tarfile.open(fileobj=writer, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for folder in folders:
            for path in _files(folder):
                if is_halted():
                    return count
                try:
                    entry = archive.gettarinfo(path, f"{folder.name}/{path.relative_to(folder).as_posix()}")
                    entry.uid = entry.gid = 0
                    entry.uname = entry.gname = ""
                    with path.open("rb") as file:
                        archive.addfile(entry, file)
                except FileNotFoundError:
                    continue
                count += 1
    return count


def extract(reader: BinaryIO, folders: Sequence[Path]) -> tuple[int, int]:
    """Bring the files of a tar back into the folders of their names; return how many were new, and how many there.

    A file that is there is left alone: names stand for contents. Raises BackupDamagedError.
    """
    homes = {folder.name: folder for folder in folders}
    new = present = 0
    try:
        with tarfile.open(fileobj=reader, mode="r|") as archive:
            for entry in archive:
                path = _place(entry, homes)
                if path.exists():
                    present += 1
                    continue
                _keep(archive, entry, path)
                new += 1
    except tarfile.TarError as error:
        raise BackupDamagedError(f"The archive of files cannot be read ({error}).") from None
    return new, present


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.endswith(_UNFINISHED):
            yield path


def _place(entry: tarfile.TarInfo, homes: dict[str, Path]) -> Path:
    """Return where a file belongs; raises BackupDamagedError for one outside of the folders."""
    first, _, rest = entry.name.partition("/")
    parts = rest.split("/")
    if not entry.isfile() or first not in homes or not {"", ".", ".."}.isdisjoint(parts):
        raise BackupDamagedError(f"The archive of files holds {entry.name}, which is none of ours.")
    return homes[first].joinpath(*parts)


def _keep(archive: tarfile.TarFile, entry: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(path.name + _UNFINISHED)
    content = archive.extractfile(entry)
    assert content is not None  # noqa: S101 - it is a regular file
    with content, part.open("wb") as file:
        while piece := content.read(1 << 20):
            file.write(piece)
    part.replace(path)
