"""Trusted documents: the documents that our own apps may send, from the manifests of their builds."""

from collections.abc import Callable
from datetime import datetime
from typing import NewType, Protocol

from domain.documents import manifests
from domain.documents.manifests import ManifestDocument, ManifestFile
from domain.entities import entity
from domain.errors import DomainError, NotFoundError
from domain.ids import Mint
from domain.signals import Signal

TOPIC = "documents"
"""The topic of signals that manifests changed."""
_MOST_NAMED = 5

ManifestId = NewType("ManifestId", str)


@entity
class Manifest:
    """An imported manifest; its documents are trusted until it is retired."""

    id: ManifestId
    name: str
    format: str
    imported_at: datetime
    retired_at: datetime | None


@entity
class ManifestEntry:
    """A manifest and the number of its documents."""

    manifest: Manifest
    documents: int


class ManifestNameTakenError(DomainError):
    """A manifest with this name is in force."""

    code = "MANIFEST_NAME_TAKEN"


class DocumentIdTakenError(DomainError):
    """An id belongs to another document, for ever."""

    code = "DOCUMENT_ID_TAKEN"


class TrustedDocuments(Protocol):
    """Manifests and their documents; an id belongs to one document for ever."""

    async def add(self, manifest: Manifest) -> None:
        """Store a manifest; raises ManifestNameTakenError when one of its name is in force."""

    async def add_documents(self, manifest_id: ManifestId, documents: list[ManifestDocument]) -> list[str]:
        """Store the documents of a manifest; return the ids that belong to other documents."""

    async def retire(self, name: str, *, now: datetime) -> ManifestId | None:
        """Retire the manifest of this name; return None when none is in force."""

    async def listed(self) -> list[ManifestEntry]:
        """Return every manifest, newest first."""

    async def in_force(self) -> list[ManifestDocument]:
        """Return the documents of all manifests in force, each once."""

    async def revision(self) -> int:
        """Return a number that grows with each import and each retirement."""


async def add(
    store: TrustedDocuments,
    *,
    name: str,
    file: ManifestFile,
    mint: Mint,
    now: datetime,
    emit: Callable[[Signal], None],
) -> Manifest:
    """Trust the documents of a manifest; raises DomainError when its name or one of its ids is taken."""
    manifest = Manifest(
        id=ManifestId(mint("manifest")),
        name=manifests.checked_name(name),
        format=file.format,
        imported_at=now,
        retired_at=None,
    )
    await store.add(manifest)
    taken = await store.add_documents(manifest.id, file.documents)
    if taken:
        shown = ", ".join(taken[:_MOST_NAMED]) + (" and others" if len(taken) > _MOST_NAMED else "")
        raise DocumentIdTakenError(
            f"An id belongs to one document for ever, and these belong to others: {shown}.", field="file"
        )
    emit(Signal(topic=TOPIC, body=manifest.id))
    return manifest


async def retire(
    store: TrustedDocuments, *, name: str, now: datetime, emit: Callable[[Signal], None]
) -> None:
    """Stop trusting a manifest's documents, except those that another one lists; raises NotFoundError."""
    manifest_id = await store.retire(name, now=now)
    if manifest_id is None:
        raise NotFoundError("No manifest of this name is in force.", field="name")
    emit(Signal(topic=TOPIC, body=manifest_id))
