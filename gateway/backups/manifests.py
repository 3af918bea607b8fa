"""Manifests: what each backup holds, noted in the snapshot of its dump and kept beside it as JSON."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from domain.jobs.backup_jobs import BackupDamagedError

FORMAT = 1


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """What a backup holds. `migration` is None for an empty database; `tables` counts the rows of each table.

    `dumped_by` is the major version of pg_dump, and `files` the number of files in the archive beside the dump.
    """

    taken_at: datetime
    version: str
    migration: str | None
    dumped_by: int
    encrypted: bool
    tables: dict[str, int]
    files: int

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(self.tables.values())


def written(manifest: BackupManifest) -> bytes:
    """Return a manifest as JSON."""
    values = {"format": FORMAT} | asdict(manifest) | {"taken_at": manifest.taken_at.isoformat()}
    return (json.dumps(values, indent=1) + "\n").encode()


def read(content: bytes) -> BackupManifest:
    """Return the manifest in a file; raises BackupDamagedError for one that this version does not know."""
    try:
        values = json.loads(content)
        if values.pop("format") != FORMAT:
            raise BackupDamagedError(
                "The backup is of a format that this version of QuestPath does not know."
            )
        taken_at = datetime.fromisoformat(values.pop("taken_at")).astimezone(UTC)
        return BackupManifest(taken_at=taken_at, **values)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupDamagedError("What the backup says of itself cannot be read.") from None
