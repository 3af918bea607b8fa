"""Trusted documents in Postgres: texts by id, manifests, and which manifest lists which id."""

from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import bindparam, func, insert, select, text, update

from domain.documents.manifests import ManifestDocument
from domain.documents.trusted_documents import Manifest, ManifestEntry, ManifestId, ManifestNameTakenError
from persistence.database import SqlConnection
from persistence.row_mapping import maker
from persistence.statements import MOMENT, Statement, columns_for
from persistence.tables.documents.trusted_documents import (
    document_manifests,
    manifest_documents,
    trusted_documents,
)

_manifest = maker(Manifest)


def _entry(*values: Any) -> ManifestEntry:
    return ManifestEntry(manifest=_manifest(*values[:-1]), documents=values[-1])


_ADD = Statement(insert(document_manifests).values({c.name: bindparam(c.name) for c in document_manifests.c}))
# The update changes nothing, but waits for a transaction that stores the same id, so that two imports at once see each
# other's texts.
_ADD_TEXTS = Statement(
    text(
        """
        INSERT INTO trusted_documents AS d (document_id, text)
        SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:texts AS text[])) AS sent (document_id, text)
        ORDER BY document_id
        ON CONFLICT (document_id) DO UPDATE SET document_id = excluded.document_id WHERE d.text = excluded.text
        RETURNING d.document_id
        """
    ),
    str,
)
_LIST = Statement(
    text(
        """
        INSERT INTO manifest_documents (manifest_id, document_id)
        SELECT CAST(:manifest_id AS text), document_id FROM unnest(CAST(:ids AS text[])) AS sent (document_id)
        """
    )
)
_RETIRE = Statement(
    update(document_manifests)
    .where(document_manifests.c.name == bindparam("manifest_name"), document_manifests.c.retired_at.is_(None))
    .values(retired_at=bindparam("now", type_=MOMENT))
    .returning(document_manifests.c.id),
    ManifestId,
)
_LISTED = Statement(
    select(*columns_for(Manifest, document_manifests), func.count(manifest_documents.c.document_id))
    .select_from(document_manifests.outerjoin(manifest_documents))
    .group_by(document_manifests.c.id)
    .order_by(document_manifests.c.id.desc()),
    _entry,
)
_LISTS = (
    select(manifest_documents.c.document_id)
    .join(document_manifests)
    .where(document_manifests.c.retired_at.is_(None))
)
_IN_FORCE = Statement(
    select(*columns_for(ManifestDocument, trusted_documents))
    .where(trusted_documents.c.document_id.in_(_LISTS))
    .order_by(trusted_documents.c.document_id),
    ManifestDocument,
)
_REVISION = Statement(
    select(func.count() + func.count(document_manifests.c.retired_at)).select_from(document_manifests)
)


class SqlTrustedDocuments:
    """Manifests and documents in three tables."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, manifest: Manifest) -> None:
        """Store a manifest; the unique index decides whether its name is free."""
        values = {name: getattr(manifest, name) for name in Manifest.__slots__}  # type: ignore[attr-defined]
        try:
            await self._connection.run(_ADD, **values)
        except asyncpg.UniqueViolationError as clash:
            if clash.constraint_name == "document_manifests_name_key":
                raise ManifestNameTakenError(
                    "A manifest of this name is in force; choose another name, or retire it.", field="name"
                ) from None
            raise

    async def add_documents(self, manifest_id: ManifestId, documents: list[ManifestDocument]) -> list[str]:
        """Store the documents of a manifest; return the ids that belong to other documents."""
        texts = {document.document_id: document.text for document in documents}
        stored = set(await self._connection.all(_ADD_TEXTS, ids=list(texts), texts=list(texts.values())))
        if taken := sorted(texts.keys() - stored):
            return taken
        await self._connection.run(_LIST, manifest_id=manifest_id, ids=list(texts))
        return []

    async def retire(self, name: str, *, now: datetime) -> ManifestId | None:
        """Retire the manifest of this name; return None when none is in force."""
        return await self._connection.first(_RETIRE, manifest_name=name, now=now)

    async def listed(self) -> list[ManifestEntry]:
        """Return every manifest, newest first."""
        return await self._connection.all(_LISTED)

    async def in_force(self) -> list[ManifestDocument]:
        """Return the documents of all manifests in force, each once."""
        return await self._connection.all(_IN_FORCE)

    async def revision(self) -> int:
        """Return the number of imports and retirements."""
        return int(await self._connection.value(_REVISION))
