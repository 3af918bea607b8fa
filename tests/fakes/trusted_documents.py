"""Trusted documents in memory."""

from dataclasses import replace
from datetime import datetime

from domain.documents.manifests import ManifestDocument
from domain.documents.trusted_documents import Manifest, ManifestEntry, ManifestId, ManifestNameTakenError


class FakeTrustedDocuments:
    """Manifests, the ids that each lists, and texts by id."""

    def __init__(self) -> None:
        self.manifests: dict[ManifestId, Manifest] = {}
        self.lists: dict[ManifestId, list[str]] = {}
        self.texts: dict[str, str] = {}

    async def add(self, manifest: Manifest) -> None:
        if any(m.name == manifest.name and m.retired_at is None for m in self.manifests.values()):
            raise ManifestNameTakenError("Taken.", field="name")
        self.manifests[manifest.id] = manifest
        self.lists[manifest.id] = []

    async def add_documents(self, manifest_id: ManifestId, documents: list[ManifestDocument]) -> list[str]:
        texts = {document.document_id: document.text for document in documents}
        taken = [key for key, text in texts.items() if self.texts.get(key, text) != text]
        if not taken:
            self.texts |= texts
            self.lists[manifest_id] = list(texts)
        return sorted(taken)

    async def retire(self, name: str, *, now: datetime) -> ManifestId | None:
        for manifest in self.manifests.values():
            if manifest.name == name and manifest.retired_at is None:
                self.manifests[manifest.id] = replace(manifest, retired_at=now)
                return manifest.id
        return None

    async def listed(self) -> list[ManifestEntry]:
        return [
            ManifestEntry(manifest=self.manifests[key], documents=len(self.lists[key]))
            for key in sorted(self.manifests, reverse=True)
        ]

    async def in_force(self) -> list[ManifestDocument]:
        ids = {
            document_id
            for key, manifest in self.manifests.items()
            if manifest.retired_at is None
            for document_id in self.lists[key]
        }
        return [ManifestDocument(document_id=key, text=self.texts[key]) for key in sorted(ids)]

    async def revision(self) -> int:
        return len(self.manifests) + sum(m.retired_at is not None for m in self.manifests.values())
