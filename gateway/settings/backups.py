"""Settings of backups: where they are, how long they are kept, and who can read them."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import pyrage
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

EXAMPLES = {
    "QUESTPATH_BACKUPS": "/var/backups/questpath",
    "QUESTPATH_BACKUP_KEPT_DAYS": "7",
    "QUESTPATH_BACKUP_RECIPIENTS": "age1 and the rest of what age-keygen printed as the public key",
    "QUESTPATH_BACKUP_IDENTITY": "/etc/questpath/backup.key",
    "QUESTPATH_BACKUP_VERIFY_URL": "postgresql://user:password@scratch.example.org/postgres",
}
"""A valid value of each setting."""
_SSH = "ssh-"


def recipient(text: str) -> Any:
    """Return the recipient that a text names, `age1...` or `ssh-...`; raises ValueError."""
    kind = pyrage.ssh.Recipient if text.startswith(_SSH) else pyrage.x25519.Recipient
    try:
        return kind.from_str(text)
    except pyrage.RecipientError:
        raise ValueError("a recipient is one of age, as age1..., or a public key of SSH") from None


class BackupSettings(BaseSettings):
    """Where backups are, how long they are kept, and who can read them."""

    backups: Path | None = None
    """The folder of backups. Workers write and verify them every day where it is set, and commands alone elsewhere."""
    backup_kept_days: int = Field(default=7, ge=1, le=3_650)
    """For how many days backups are kept; the newest and the newest verified one stay longer."""
    backup_recipients: Annotated[list[str], NoDecode] = []
    """Public keys of age or SSH to which backups are encrypted; without one they are not."""
    backup_identity: Path | None = None
    """The file of the private key that decrypts them, for verification and restoration."""
    backup_verify_url: SecretStr | None = None
    """A Postgres server on which verification makes its scratch databases; by default that of the database."""

    @property
    def backup_kept(self) -> timedelta:
        """For how long backups are kept."""
        return timedelta(days=self.backup_kept_days)

    @field_validator("backup_recipients", mode="before")
    @classmethod
    def _split_recipients(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("backup_recipients")
    @classmethod
    def _recipients(cls, value: list[str]) -> list[str]:
        for each in value:
            recipient(each)
        return value
