"""Data exports: everything that is stored about a user, as one JSON document behind a link that expires."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import ExportId, UserId

FORMAT = "questpath-export/1"
LINK_LIFETIME = timedelta(hours=1)
MOST_A_DAY = 5
_LONGEST_NUMBER = 12


@entity
class DataExport:
    """A permission to download; the document is composed at each download and not stored."""

    id: ExportId
    user_id: UserId
    created_at: datetime
    expires_at: datetime


class TooManyExportsError(DomainError):
    """The user has requested the maximum number of exports of a day."""

    code = "TOO_MANY_EXPORTS"


class Exports(Protocol):
    """Permissions to download, and all data of a user."""

    async def lock_and_count(self, user_id: UserId, *, since: datetime) -> int:
        """Return how many exports the user requested since then, and block new ones until the transaction ends."""

    async def add(self, export: DataExport) -> None:
        """Store a permission."""

    async def by_id(self, export_id: ExportId, *, now: datetime) -> DataExport | None:
        """Return a permission that has not expired."""

    async def by_ids(
        self, ids: list[ExportId], *, viewer_id: UserId, now: datetime
    ) -> list[DataExport | None]:
        """Return the viewer's unexpired permissions among these, one slot per id, in their order."""

    async def sections(self, user_id: UserId) -> Mapping[str, str]:
        """Return all data of the user, as of one moment: JSON texts by section."""


def path_of(export: DataExport, secret: bytes) -> str:
    """Return the link of a permission: its id, its expiry in Unix seconds, and a signature over both."""
    expires = int(export.expires_at.timestamp())
    return f"/exports/{export.id}?expires={expires}&signature={_signature(export.id, expires, secret)}"


def is_signed(
    export_id: str, expires: str, signature: str, *, secrets: Sequence[bytes], now: datetime
) -> bool:
    """Tell whether a link was signed with any of the secrets and has not expired."""
    if not (expires.isascii() and expires.isdigit() and len(expires) <= _LONGEST_NUMBER):
        return False
    expected = [_signature(export_id, int(expires), secret) for secret in secrets]
    return any(
        hmac.compare_digest(one.encode(), signature.encode()) for one in expected
    ) and now.timestamp() < int(expires)


def composed(sections: Mapping[str, str], *, user_id: UserId, now: datetime) -> str:
    """Compose the document: format, user and time of the export, then every section by name."""
    head = {"format": FORMAT, "userId": user_id, "exportedAt": now.isoformat()}
    texts = [(name, json.dumps(value)) for name, value in head.items()]
    parts = [f"{json.dumps(name)}: {text}" for name, text in (*texts, *sorted(sections.items()))]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _signature(export_id: str, expires: int, secret: bytes) -> str:
    return hmac.new(secret, f"export\0{export_id}\0{expires}".encode(), hashlib.sha256).hexdigest()
