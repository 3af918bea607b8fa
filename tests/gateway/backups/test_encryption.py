"""Encryption of backups: to recipients of age and SSH, and opened by their keys alone."""

from pathlib import Path

import pyrage
import pytest

from domain.jobs.backup_jobs import BackupError
from gateway.settings import environment
from gateway.settings.environment import SettingsError
from persistence.work import Postgres
from tests.support.backups import a_learner, back_up, backups_of, silent


def a_key(path: Path) -> str:
    """Write a private key to a file, and return the public one."""
    key = pyrage.x25519.Identity.generate()
    path.write_text(f"# created: today\n{key}\n")
    return str(key.to_public())


async def test_an_encrypted_backup_is_verified_with_its_key_alone(
    postgres: Postgres, database_url: str, tmp_path: Path
) -> None:
    await a_learner(postgres, "ada")
    key, other = tmp_path / "key", tmp_path / "other"
    recipients = [a_key(key)]
    a_key(other)

    backup = await back_up(database_url, tmp_path, backup_recipients=recipients)

    backups = backups_of(database_url, tmp_path)
    ends = [path.name.partition(".")[2] for path in backup.files()]
    assert ends == ["sha256", "dump.age", "files.tar.age", "json"]
    assert b"PGDMP" not in backup.data("dump").read_bytes()
    with pytest.raises(BackupError, match="--identity"):
        await backups.verify(silent)
    with pytest.raises(BackupError, match="no matching keys found"):
        await backups.verify(silent, identity=other)
    with pytest.raises(BackupError, match=r"nothing cannot be read"):
        await backups.verify(silent, identity=tmp_path / "nothing")
    assert (await backups.verify(silent, identity=key)).name == backup.name


async def test_a_full_disk_is_named_also_where_the_backup_is_encrypted(
    database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "backups").mkdir()
    recipients = [a_key(tmp_path / "key")]
    resource = pytest.importorskip("resource")
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, usual[1]))
    try:
        with pytest.raises(BackupError, match=r"dump\.age\.part cannot be written \(File too large\)"):
            await back_up(database_url, tmp_path, backup_recipients=recipients)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_a_recipient_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTPATH_BACKUP_RECIPIENTS", "age1xyz")

    with pytest.raises(SettingsError, match="QUESTPATH_BACKUP_RECIPIENTS is wrong"):
        environment.read()
