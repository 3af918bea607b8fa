"""Encryption: backups are encrypted to recipients and decrypted by identities, in the format of age."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyrage

from domain.jobs.backup_jobs import BackupDamagedError, BackupError
from gateway.settings.backups import recipient

_PIECE = 1 << 18
_SSH_KEY = "-----BEGIN"
Copy = Callable[[Any, Any], None]
"""Copies everything from a reader to a writer."""


def encryption_to(recipients: Sequence[str]) -> Copy:
    """Return what encrypts to all of the recipients, or only copies where there are none."""
    if not recipients:
        return copy
    keys = [recipient(each) for each in recipients]

    def encrypt(reader: Any, writer: Any) -> None:
        try:
            pyrage.encrypt_io(reader, writer, keys)
        except (pyrage.EncryptError, OSError) as error:
            refused = getattr(writer, "error", None)
            raise refused or BackupError(f"The backup cannot be written ({_reason(error)}).") from None

    return encrypt


def decryption_by(identity: Path | None, *, encrypted: bool) -> Copy:
    """Return what decrypts by the keys in a file, or only copies what is not encrypted; raises BackupError."""
    if not encrypted:
        return copy
    if identity is None:
        raise BackupError("The backup is encrypted: name the file of your key with --identity.")
    keys = _identities(identity)

    def decrypt(reader: Any, writer: Any) -> None:
        try:
            pyrage.decrypt_io(reader, writer, keys)
        except pyrage.DecryptError as error:
            raise BackupError(f"The backup cannot be decrypted: {str(error).lower()}.") from None
        except OSError as error:
            raise BackupDamagedError(f"The backup cannot be decrypted ({_reason(error)}).") from None

    return decrypt


def copy(reader: BinaryIO, writer: BinaryIO) -> None:
    """Copy everything as it is."""
    shutil.copyfileobj(reader, writer, _PIECE)


def _identities(path: Path) -> list[Any]:
    try:
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise BackupError(f"The key file {path} cannot be read.") from None
    try:
        if text.startswith(_SSH_KEY):
            return [pyrage.ssh.Identity.from_buffer(text.encode())]
        lines = (line.strip() for line in text.splitlines())
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        keys = []
    if not keys:
        raise BackupError(f"The key file {path} holds no key of age or SSH.")
    return keys


def _reason(error: BaseException) -> str:
    return str(error).partition("] ")[2] or str(error)
