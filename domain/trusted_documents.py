"""Trusted documents: what the apps of this house may send, from the manifests that their builds made."""

from collections.abc import Callable
from datetime import datetime
from typing import NewType, Protocol

from domain import manifests
from domain.entities import entity
from domain.errors import DomainError, NotFoundError
from domain.ids import Mint
from domain.manifests import ManifestDocument, ManifestFile
from domain.signals import Signal

TOPIC = "documents"
"""The topic of the signals that say that manifests changed."""
_MOST_NAMED = 5

ManifestId = NewType("ManifestId", str)


@entity
class Manifest:
    """A manifest that was imported; its documents are trusted until it is retired."""

    id: ManifestId
    name: str
    format: str
    imported_at: datetime
    retired_at: datetime | None


@entity
class ManifestEntry:
    """A manifest and how many documents it lists."""

    manifest: Manifest
    documents: int


class ManifestNameTakenError(DomainError):
    """A manifest with this name is in force."""

    code = "MANIFEST_NAME_TAKEN"


class DocumentIdTakenError(DomainError):
    """An id stands for another document, and always will."""

    code = "DOCUMENT_ID_TAKEN"


class TrustedDocuments(Protocol):
    """Manifests and the documents they list; an id stands for one document for ever."""

    async def add(self, manifest: Manifest) -> None:
        """Store a manifest; raises ManifestNameTakenError where one of its name is in force."""

    async def add_documents(self, manifest_id: ManifestId, documents: list[ManifestDocument]) -> list[str]:
        """Store what the manifest lists; return the ids that stand for other documents already."""

    async def retire(self, name: str, *, now: datetime) -> ManifestId | None:
        """Put the manifest of this name out of force; None where there is none in force."""

    async def listed(self) -> list[ManifestEntry]:
        """Return every manifest, newest first."""

    async def in_force(self) -> list[ManifestDocument]:
        """Return the documents of all manifests in force, each once."""

    async def mark(self) -> int:
        """Return a number that grows with every import and every retirement."""


async def add(
    store: TrustedDocuments,
    *,
    name: str,
    file: ManifestFile,
    mint: Mint,
    now: datetime,
    emit: Callable[[Signal], None],
) -> Manifest:
    """Trust the documents of a manifest; raises DomainError where its name or an id of it is taken."""
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
        named = ", ".join(taken[:_MOST_NAMED]) + (" and others" if len(taken) > _MOST_NAMED else "")
        raise DocumentIdTakenError(
            f"An id stands for one document for ever, and these stand for others: {named}.", field="file"
        )
    emit(Signal(topic=TOPIC, body=manifest.id))
    return manifest


async def retire(
    store: TrustedDocuments, *, name: str, now: datetime, emit: Callable[[Signal], None]
) -> None:
    """Trust a manifest's documents no more, but for those that another one lists; raises NotFoundError."""
    manifest_id = await store.retire(name, now=now)
    if manifest_id is None:
        raise NotFoundError("No manifest of this name is in force.", field="name")
    emit(Signal(topic=TOPIC, body=manifest_id))
