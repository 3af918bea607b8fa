"""Backup folder: the files of each backup, named by its time, whole or not there, and for how long they are kept."""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.jobs.backup_jobs import BackupDamagedError, BackupError
from gateway.backups import manifests
from gateway.backups.manifests import BackupManifest

PART = ".part"
"""The end of the names of files that are being written."""
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"(questpath-\d{8}T\d{6}Z)\.")


@dataclass(frozen=True, slots=True)
class Backup:
    """The files of one backup. It counts as one when its checksums are there, which are written last."""

    folder: Path
    name: str

    @property
    def taken_at(self) -> datetime:
        """When its snapshot was taken, to the second."""
        return datetime.strptime(self.name.partition("-")[2], _STAMP).replace(tzinfo=UTC)

    @property
    def sums(self) -> Path:
        """The file of checksums."""
        return self.file("sha256")

    @property
    def is_verified(self) -> bool:
        """Whether it was restored once, and held what it should."""
        return self.file("verified").exists()

    def file(self, end: str) -> Path:
        """Return the path of one of its files."""
        return self.folder / f"{self.name}.{end}"

    def files(self) -> list[Path]:
        """Return the files that are there, the checksums first: without them the others are no backup."""
        found = self.folder.glob(f"{self.name}.*")
        return sorted(found, key=lambda path: (path != self.sums, path.name))

    def data(self, kind: str) -> Path:
        """Return the path of the `dump` or of the archive of `files`, encrypted or not."""
        encrypted = self.file(f"{kind}.age")
        return encrypted if encrypted.exists() else self.file(kind)

    def manifest(self) -> BackupManifest:
        """Read what it holds; raises BackupDamagedError."""
        try:
            return manifests.read(self.file("json").read_bytes())
        except OSError as error:
            raise BackupDamagedError(f"{self.name}.json cannot be read ({error.strerror}).") from None

    def size(self) -> int:
        """Return the bytes of its files."""
        return sum(path.stat().st_size for path in self.files())


def name_at(moment: datetime) -> str:
    """Return the name of a backup that is taken at a time."""
    return f"questpath-{moment.astimezone(UTC).strftime(_STAMP)}"


class BackupFolder:
    """The backups in one folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> list[Backup]:
        """Return the whole backups, the newest first."""
        found = (_NAME.match(path.name) for path in self.path.glob("questpath-*.sha256"))
        return [Backup(self.path, name) for name in sorted((each[1] for each in found if each), reverse=True)]

    def newest(self) -> Backup:
        """Return the newest whole backup; raises BackupError where there is none."""
        backups = self.all()
        if not backups:
            raise BackupError(f"There is no backup in {self.path}; run questpath backup.")
        return backups[0]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder and hold it for one writer; raises BackupError while another one writes."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.path / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise BackupError(f"{self.path} cannot be written ({error.strerror}).") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise BackupError("Another backup is being written; wait for it.") from None
        finally:
            os.close(descriptor)

    def remove_parts(self) -> None:
        """Remove what writers left that were killed; the caller holds the folder."""
        for part in self.path.glob(f"questpath-*{PART}"):
            part.unlink(missing_ok=True)

    def remove_old(self, *, now: datetime, kept: timedelta) -> list[str]:
        """Remove backups that are older than `kept`, except the newest and the newest verified one; return them.

        Files of backups that never became whole are removed at the same age.
        """
        whole = self.all()
        spared = {each.name for each in [*whole[:1], *[each for each in whole if each.is_verified][:1]]}
        found = (_NAME.match(path.name) for path in self.path.glob("questpath-*"))
        names = {each[1] for each in found if each} - spared
        old = [each for name in sorted(names) if now - (each := Backup(self.path, name)).taken_at > kept]
        for backup in old:
            for path in backup.files():
                path.unlink(missing_ok=True)
        return [each.name for each in old]

    def publish(self, backup: Backup, parts: dict[str, Path], sums: bytes) -> None:
        """Give written parts their names, the checksums last, and bring the names to the disk."""
        part = backup.sums.with_name(backup.sums.name + PART)
        try:
            _keep(part, sums)
            for end, written in parts.items():
                written.replace(backup.file(end))
            sync(self.path)
            part.replace(backup.sums)
            sync(self.path)
        except OSError as error:
            raise BackupError(f"{backup.name} cannot be written ({error.strerror}).") from None


def find(given: Path) -> Backup:
    """Return the backup to which a file belongs; raises BackupError."""
    named = _NAME.match(given.name + ".")
    if named is None:
        raise BackupError(f"{given.name} is not named like a backup, as questpath-20260131T020500Z.dump is.")
    backup = Backup(given.parent, named[1])
    if not backup.sums.exists():
        raise BackupError(f"{backup.sums} is missing: without checksums a backup is not restored.")
    return backup


def mark_verified(backup: Backup, *, at: datetime, seconds: float) -> None:
    """Note beside a backup that it was verified, and how long that took."""
    mark = backup.file("verified")
    part = mark.with_name(mark.name + PART)
    part.unlink(missing_ok=True)
    _keep(part, json.dumps({"verified_at": at.isoformat(), "seconds": round(seconds, 1)}).encode())
    part.replace(mark)


def verified_at(backup: Backup) -> datetime | None:
    """Return when a backup was verified, or None."""
    try:
        return datetime.fromisoformat(json.loads(backup.file("verified").read_bytes())["verified_at"])
    except (OSError, ValueError, KeyError):
        return None


def _keep(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
