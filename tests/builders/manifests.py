"""Manifests of trusted documents, some of which the build tools of clients made of our schema."""

from datetime import datetime
from pathlib import Path

from domain.documents.manifests import PAIRS, ManifestDocument
from domain.documents.trusted_documents import Manifest, ManifestId
from tests.builders import mint
from tests.builders.accounts import NOON

FOLDER = Path(__file__).parent.parent / "manifests"
FILES = ["relay", "codegen", "codegen-sha1", "apollo"]
"""What relay-compiler 20, graphql-codegen's client preset 4 and Apollo's generator 1 wrote."""


def a_file(name: str) -> str:
    """Return a manifest as a tool wrote it."""
    return (FOLDER / f"{name}.json").read_text("utf-8")


def a_manifest(name: str = "app@1", *, imported_at: datetime = NOON) -> Manifest:
    return Manifest(
        id=ManifestId(mint("manifest")), name=name, format=PAIRS, imported_at=imported_at, retired_at=None
    )


def a_document(document_id: str, text: str = "{ __typename }") -> ManifestDocument:
    return ManifestDocument(document_id=document_id, text=text)
