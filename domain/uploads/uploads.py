"""Uploads: a permission to send one file, and the file once it has arrived; and their store."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import UploadId, UserId

MOST_OPEN = 50
"""How many uploads a user may have that are not removed."""
MEGABYTE = 1_000_000
LARGEST_IMAGE = 10 * MEGABYTE
LINK_LIFETIME = timedelta(hours=1)
"""How long bytes may be sent."""
KEPT = timedelta(days=1)
"""How long a file is kept after it has arrived, or after the last import of it began."""
ROWS_KEPT = timedelta(days=30)
"""How long it is known that a file was sent."""
RECEIVING = timedelta(minutes=15)
"""How long the bytes of one file may take."""


class UploadPurpose(Enum):
    """What a file is sent for."""

    QUESTIONS = "QUESTIONS"
    ROADMAP = "ROADMAP"
    IMAGE = "IMAGE"


class UploadState(Enum):
    """Where an upload is in its life."""

    PENDING = "PENDING"
    UPLOADED = "UPLOADED"
    EXPIRED = "EXPIRED"


@entity
class UploadLimits:
    """How many bytes a file may have, and all files of one user together."""

    largest: int = 100 * MEGABYTE
    quota: int = 500 * MEGABYTE


@entity
class Upload:
    """One file. Until `expires_at` its bytes may be sent; once they have arrived, until then they are kept.

    `content_type` is what the client said of it, which nothing relies on. `sha256` is the digest of its bytes.
    """

    id: UploadId
    owner_id: UserId
    purpose: UploadPurpose
    filename: str
    content_type: str | None
    size_bytes: int
    sha256: str | None
    state: UploadState
    created_at: datetime
    expires_at: datetime
    received_at: datetime | None


@entity
class Usage:
    """What a user has open: the number of uploads, their bytes, and when the first of them ends."""

    count: int
    size_bytes: int
    first_ends_at: datetime | None = None


class FileTooLargeError(DomainError):
    """The file is larger than uploads may be."""

    code = "FILE_TOO_LARGE"


class UploadQuotaExceededError(DomainError):
    """The user's uploads together take as much room as they may."""

    code = "UPLOAD_QUOTA_EXCEEDED"


class UploadNotReadyError(DomainError):
    """The bytes have not arrived, or are not kept any more."""

    code = "UPLOAD_NOT_READY"


class Uploads(Protocol):
    """Uploads; an author sees their own."""

    async def lock_and_sum(self, owner_id: UserId, *, now: datetime) -> Usage:
        """Return what the user has open, and block new uploads of theirs until the transaction ends."""

    async def free_imported(self, owner_id: UserId, *, now: datetime) -> None:
        """End the user's uploads that have been imported, where no import of them is at work."""

    async def add(self, upload: Upload) -> None:
        """Store a permission."""

    async def by_ids(
        self, ids: Sequence[UploadId], *, viewer_id: UserId, now: datetime
    ) -> list[Upload | None]:
        """Return the viewer's uploads among these, one slot per id, in their order."""

    async def claim(self, upload_id: UploadId, *, now: datetime, until: datetime) -> Upload | None:
        """Let one request send the bytes until then.

        None where they have been sent, another request sends them, the permission has expired, or the account is
        suspended.
        """

    async def release(self, upload_id: UploadId, *, until: datetime) -> None:
        """End a claim without a file, so that the bytes can be sent again."""

    async def complete(
        self, upload_id: UploadId, *, until: datetime, sha256: str, now: datetime, expires_at: datetime
    ) -> bool:
        """Store that the bytes have arrived under the claim; False where the claim is no longer this one."""

    async def keep(self, upload_id: UploadId, *, expires_at: datetime) -> None:
        """Keep the file at least until then."""

    async def expired(self, *, now: datetime, most: int) -> list[UploadId]:
        """Return uploads whose file may be removed, and has not been noted as removed."""

    async def note_removed(self, ids: Sequence[UploadId]) -> None:
        """Note that the files are gone."""

    async def forget(self, *, before: datetime) -> None:
        """Remove what is known of uploads that expired before."""
