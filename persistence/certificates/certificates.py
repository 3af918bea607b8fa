"""Certificates in Postgres: the database lets a learner have one for a version of a roadmap."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Text, and_, any_, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.certificates.certificates import (
    Certificate,
    CertificateFilter,
    CertificateState,
    NewCertificate,
)
from domain.ids import CertificateId, UserId
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.certificates.certificates import certificates

_certificate = maker(Certificate, state=member_of(CertificateState))
_columns = columns_for(Certificate, certificates)
_ids = bindparam("ids", type_=ARRAY(ID))
_mine = certificates.c.user_id == bindparam("viewer_id", type_=ID)
_state = bindparam("state", type_=Text)
_roadmap = bindparam("roadmap_id", type_=ID)
_is_valid = certificates.c.state == CertificateState.VALID.value
_added = insert(certificates).values({field.name: bindparam(field.name) for field in fields(NewCertificate)})
_ADD = Statement(
    _added.on_conflict_do_update(
        constraint="certificates_user_id_version_id_key", set_={"user_id": _added.excluded.user_id}
    ).returning(*_columns),
    _certificate,
)
"""The one that is there is written as it was, because only a row that is written is returned."""
_BY_IDS = Statement(select(*_columns).where(certificates.c.id == any_(_ids), _mine), _certificate)
_REASONS = Statement(
    select(certificates.c.id, certificates.c.reason).where(certificates.c.id == any_(_ids), _mine)
)
_BY_CODE = Statement(
    select(*_columns).where(certificates.c.code == bindparam("code", type_=ID)), _certificate
)
_NEWEST_FIRST = Pages(
    select(*_columns).where(
        _mine,
        or_(_state.is_(None), certificates.c.state == _state),
        or_(_roadmap.is_(None), certificates.c.roadmap_id == _roadmap),
    ),
    order=[certificates.c.id],
    descending=True,
    make=_certificate,
    key_of=lambda certificate: (certificate.id,),
    name="certificates",
)
_REVOKE = Statement(
    update(certificates)
    .where(and_(certificates.c.code == bindparam("the_code", type_=ID), _is_valid))
    .values(
        state=CertificateState.REVOKED.value,
        reason=bindparam("given_reason", type_=Text),
        ended_by_id=bindparam("revoked_by", type_=ID),
        ended_at=bindparam("now", type_=MOMENT),
    )
    .returning(*_columns),
    _certificate,
)
_ENDED = Statement(
    select(certificates.c.status_index)
    .where(certificates.c.status_index >= bindparam("first", type_=BigInteger))
    .where(certificates.c.status_index <= bindparam("last", type_=BigInteger))
    .where(~_is_valid),
    int,
)


class SqlCertificates:
    """Certificates in the table `certificates`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, certificate: NewCertificate) -> Certificate:
        """Insert a certificate, or return the one of the same learner and version."""
        values = {field.name: getattr(certificate, field.name) for field in fields(NewCertificate)}
        added = await self._connection.first(_ADD, **values)
        assert added is not None  # noqa: S101 - INSERT ... RETURNING of one row
        return added

    async def by_ids(self, ids: Sequence[CertificateId], *, viewer_id: UserId) -> list[Certificate | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id)
        return by_key(ids, found, lambda certificate: certificate.id)

    async def reasons(self, ids: Sequence[CertificateId], *, viewer_id: UserId) -> list[str | None]:
        """Return one slot per id, in their order."""
        rows = await self._connection.rows(_REASONS, ids=list(ids), viewer_id=viewer_id)
        found = {row[0]: row[1] for row in rows}
        return [found.get(id_) for id_ in ids]

    async def by_code(self, code: str) -> Certificate | None:
        """Return the certificate with the code."""
        return await self._connection.first(_BY_CODE, code=code)

    async def page(self, window: Window, asked: CertificateFilter, *, viewer_id: UserId) -> Page[Certificate]:
        """Return the viewer's certificates, newest first."""
        return await _NEWEST_FIRST.read(
            self._connection,
            window,
            viewer_id=viewer_id,
            state=None if asked.state is None else asked.state.value,
            roadmap_id=asked.roadmap_id,
        )

    async def revoke(
        self, code: str, *, reason: str, revoked_by: UserId, now: datetime
    ) -> Certificate | None:
        """Revoke a certificate that is valid still; of two moderators at once, one does."""
        return await self._connection.first(
            _REVOKE, the_code=code, given_reason=reason, revoked_by=revoked_by, now=now
        )

    async def ended_indexes(self, first: int, last: int) -> list[int]:
        """Return the places of certificates that are not valid any more."""
        return await self._connection.all(_ENDED, first=first, last=last)
