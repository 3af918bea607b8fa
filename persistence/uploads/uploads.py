"""Uploads in Postgres."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    any_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)

from domain.ids import UploadId, UserId
from domain.uploads.uploads import Upload, UploadPurpose, UploadState, Usage
from persistence.database import SqlConnection
from persistence.statements import FIRST, ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.accounts.users import users
from persistence.tables.imports.import_reports import question_imports
from persistence.tables.uploads.uploads import uploads

_now = bindparam("now", type_=MOMENT)
_ids = bindparam("ids", type_=ARRAY(ID))
_state = case(
    (uploads.c.expires_at <= _now, literal(UploadState.EXPIRED.value)),
    (uploads.c.received_at.is_not(None), literal(UploadState.UPLOADED.value)),
    else_=literal(UploadState.PENDING.value),
)
_columns = columns_for(Upload, uploads, state=_state)


_as_upload: Callable[..., Upload] = Upload


def _upload(*values: Any) -> Upload:
    id_, owner_id, purpose, filename, content_type, size_bytes, sha256, state, *moments = values
    return _as_upload(
        id_,
        owner_id,
        UploadPurpose(purpose),
        filename,
        content_type,
        size_bytes,
        sha256,
        UploadState(state),
        *moments,
    )


_LOCK = Statement(
    select(users.c.id).where(users.c.id == bindparam("owner_id")).with_for_update(key_share=True)
)
_SUM = Statement(
    select(func.count(), func.coalesce(func.sum(uploads.c.size_bytes), 0), func.min(uploads.c.expires_at))
    .where(uploads.c.owner_id == bindparam("owner_id"))
    .where(uploads.c.expires_at > _now),
    lambda count, size, ends_at: Usage(count=count, size_bytes=int(size), first_ends_at=ends_at),
)
_imported = exists().where(question_imports.c.upload_id == uploads.c.id)
_FREE_IMPORTED = Statement(
    update(uploads)
    .where(
        uploads.c.id.in_(
            select(uploads.c.id)
            .where(uploads.c.owner_id == bindparam("owner_id"))
            .where(uploads.c.expires_at > _now, uploads.c.received_at.is_not(None))
            .where(_imported, not_(_imported.where(question_imports.c.outcome.is_(None))))
            .with_for_update(skip_locked=True)
        )
    )
    .values(expires_at=_now)
)
"""An upload whose row is locked is about to be imported again."""
_STORED = [c for c in uploads.c if c.name not in {"received_until", "is_removed"}]
_ADD = Statement(insert(uploads).values({c.name: bindparam(c.name) for c in _STORED}))
_BY_IDS = Statement(
    select(*_columns).where(uploads.c.id == any_(_ids)).where(uploads.c.owner_id == bindparam("viewer_id")),
    _upload,
)
_until = bindparam("until", type_=MOMENT)
_CLAIM = Statement(
    update(uploads)
    .where(uploads.c.id == bindparam("upload_id"))
    .where(uploads.c.received_at.is_(None), uploads.c.expires_at > _now)
    .where(or_(uploads.c.received_until.is_(None), uploads.c.received_until <= _now))
    .where(
        exists().where(
            users.c.id == uploads.c.owner_id,
            users.c.erased_at.is_(None),
            or_(users.c.suspended_at.is_(None), users.c.suspended_until <= _now),
        )
    )
    .values(received_until=_until)
    .returning(*_columns),
    _upload,
)
_of_claim = (uploads.c.id == bindparam("upload_id")) & (uploads.c.received_until == _until)
_RELEASE = Statement(update(uploads).where(_of_claim).values(received_until=None))
_COMPLETE = Statement(
    update(uploads)
    .where(_of_claim, uploads.c.received_at.is_(None))
    .values(
        received_at=_now,
        sha256=bindparam("sha256"),
        expires_at=bindparam("expires_at", type_=MOMENT),
        received_until=None,
    )
    .returning(uploads.c.id),
    FIRST,
)
_KEEP = Statement(
    update(uploads)
    .where(uploads.c.id == bindparam("upload_id"))
    .values(expires_at=func.greatest(uploads.c.expires_at, bindparam("expires_at", type_=MOMENT)))
)
_EXPIRED = Statement(
    select(uploads.c.id)
    .where(uploads.c.expires_at <= _now, uploads.c.is_removed.is_(False))
    .where(or_(uploads.c.received_until.is_(None), uploads.c.received_until <= _now))
    .order_by(uploads.c.expires_at)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True),
    str,
)
_NOTE_REMOVED = Statement(update(uploads).where(uploads.c.id == any_(_ids)).values(is_removed=True))
_FORGET = Statement(
    delete(uploads).where(
        uploads.c.expires_at < bindparam("before", type_=MOMENT), uploads.c.is_removed.is_(True)
    )
)


class SqlUploads:
    """Uploads in the table `uploads`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lock_and_sum(self, owner_id: UserId, *, now: datetime) -> Usage:
        """Return what the user has open; a lock on the user's row blocks new uploads."""
        await self._connection.run(_LOCK, owner_id=owner_id)
        found = await self._connection.first(_SUM, owner_id=owner_id, now=now)
        return found or Usage(count=0, size_bytes=0)

    async def free_imported(self, owner_id: UserId, *, now: datetime) -> None:
        """End uploads whose imports have all ended."""
        await self._connection.run(_FREE_IMPORTED, owner_id=owner_id, now=now)

    async def add(self, upload: Upload) -> None:
        """Insert an upload; its state follows from its moments."""
        values = {c.name: getattr(upload, c.name) for c in _STORED}
        await self._connection.run(_ADD, **values | {"purpose": upload.purpose.value})

    async def by_ids(
        self, ids: Sequence[UploadId], *, viewer_id: UserId, now: datetime
    ) -> list[Upload | None]:
        """Return one slot per id; the statement reads the viewer's only."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id, now=now)
        return by_key(ids, found, lambda upload: upload.id)

    async def claim(self, upload_id: UploadId, *, now: datetime, until: datetime) -> Upload | None:
        """Let one request send the bytes."""
        return await self._connection.first(_CLAIM, upload_id=upload_id, now=now, until=until)

    async def release(self, upload_id: UploadId, *, until: datetime) -> None:
        """End a claim."""
        await self._connection.run(_RELEASE, upload_id=upload_id, until=until)

    async def complete(
        self, upload_id: UploadId, *, until: datetime, sha256: str, now: datetime, expires_at: datetime
    ) -> bool:
        """Store that the bytes have arrived."""
        completed = await self._connection.value(
            _COMPLETE, upload_id=upload_id, until=until, sha256=sha256, now=now, expires_at=expires_at
        )
        return completed is not None

    async def keep(self, upload_id: UploadId, *, expires_at: datetime) -> None:
        """Move the end of the file, never nearer."""
        await self._connection.run(_KEEP, upload_id=upload_id, expires_at=expires_at)

    async def expired(self, *, now: datetime, most: int) -> list[UploadId]:
        """Lock and return uploads whose file may be removed; those that a job has locked are skipped."""
        return [UploadId(each) for each in await self._connection.all(_EXPIRED, now=now, most=most)]

    async def note_removed(self, ids: Sequence[UploadId]) -> None:
        """Note that the files are gone."""
        await self._connection.run(_NOTE_REMOVED, ids=list(ids))

    async def forget(self, *, before: datetime) -> None:
        """Delete rows of long ago."""
        await self._connection.run(_FORGET, before=before)
