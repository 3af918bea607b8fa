"""Trusted documents in Postgres: texts by id, manifests, and which manifest lists which id."""

from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Index,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)

from domain.manifests import ManifestDocument
from domain.trusted_documents import Manifest, ManifestEntry, ManifestId, ManifestNameTakenError
from persistence.base import ID, Statement, columns_for, metadata
from persistence.engine import Connection
from persistence.rows import maker

_MOMENT = DateTime(timezone=True)

document_manifests = Table(
    "document_manifests",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text(collation="C"), nullable=False),
    Column("format", Text, nullable=False),
    Column("imported_at", _MOMENT, nullable=False),
    Column("retired_at", _MOMENT),
    Index("document_manifests_name_key", "name", unique=True, postgresql_where=text("retired_at IS NULL")),
)
trusted_documents = Table(
    "trusted_documents",
    metadata,
    Column("document_id", ID, primary_key=True),
    Column("text", Text, nullable=False),
)
manifest_documents = Table(
    "manifest_documents",
    metadata,
    Column("manifest_id", ID, ForeignKey("document_manifests.id", ondelete="CASCADE"), primary_key=True),
    Column("document_id", ID, ForeignKey("trusted_documents.document_id"), primary_key=True),
    Index("manifest_documents_document_id_idx", "document_id"),
)


_manifest = maker(Manifest)


def _entry(*values: Any) -> ManifestEntry:
    return ManifestEntry(manifest=_manifest(*values[:-1]), documents=values[-1])


_ADD = Statement(insert(document_manifests).values({c.name: bindparam(c.name) for c in document_manifests.c}))
# The update changes nothing and waits for whoever is storing the same id: two imports at once see each other's texts.
_ADD_TEXTS = Statement(
    text(
        """
        INSERT INTO trusted_documents AS d (document_id, text)
        SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:texts AS text[])) AS given (document_id, text)
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
        SELECT CAST(:manifest_id AS text), document_id FROM unnest(CAST(:ids AS text[])) AS given (document_id)
        """
    )
)
_RETIRE = Statement(
    update(document_manifests)
    .where(document_manifests.c.name == bindparam("given"), document_manifests.c.retired_at.is_(None))
    .values(retired_at=bindparam("now", type_=_MOMENT))
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
_MARK = Statement(
    select(func.count() + func.count(document_manifests.c.retired_at)).select_from(document_manifests)
)


class SqlTrustedDocuments:
    """Manifests and documents in three tables."""

    def __init__(self, connection: Connection) -> None:
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
        """Store what the manifest lists; return the ids that stand for other documents already."""
        texts = {document.document_id: document.text for document in documents}
        stored = set(await self._connection.all(_ADD_TEXTS, ids=list(texts), texts=list(texts.values())))
        if taken := sorted(texts.keys() - stored):
            return taken
        await self._connection.run(_LIST, manifest_id=manifest_id, ids=list(texts))
        return []

    async def retire(self, name: str, *, now: datetime) -> ManifestId | None:
        """Put the manifest of this name out of force."""
        return await self._connection.first(_RETIRE, given=name, now=now)

    async def listed(self) -> list[ManifestEntry]:
        """Return every manifest, newest first."""
        return await self._connection.all(_LISTED)

    async def in_force(self) -> list[ManifestDocument]:
        """Return the documents of all manifests in force, each once."""
        return await self._connection.all(_IN_FORCE)

    async def mark(self) -> int:
        """Return how many imports and retirements there were."""
        return int(await self._connection.value(_MARK))
