"""Manifests: files in which the build tools of clients list the documents that an app may send."""

import json
import re
from typing import Any

from domain.documents.persisted_queries import digest_of
from domain.entities import entity
from domain.errors import InvalidInputError

LONGEST_FILE = 20 * 1024 * 1024
MOST_DOCUMENTS = 10_000
LONGEST_ID = 200
APOLLO = "apollo-persisted-query-manifest"
PAIRS = "pairs"
"""The format of relay-compiler and graphql-codegen: one object of ids and texts."""
DIGEST = "sha256:"
_NAME = re.compile(r"[A-Za-z0-9@._/+-]{1,100}")


@entity
class ManifestDocument:
    """A document of a manifest, and the id that clients send."""

    document_id: str
    text: str

    @property
    def digest(self) -> str:
        """The SHA-256 of the text."""
        return digest_of(self.text)


@entity
class ManifestFile:
    """The contents of a manifest."""

    format: str
    documents: list[ManifestDocument]


def read(content: str) -> ManifestFile:
    """Read a manifest of any format; raises InvalidInputError that says what is wrong."""
    if len(content) > LONGEST_FILE:
        raise _refused(f"The manifest may have at most {LONGEST_FILE:,} characters.")
    try:
        document = json.loads(content, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise _refused("The manifest must be JSON.") from None
    if not isinstance(document, dict):
        raise _refused("The manifest must be a JSON object of ids and documents.")
    is_apollo = document.get("format") == APOLLO
    pairs = _of_apollo(document) if is_apollo else list(document.items())
    if not 0 < len(pairs) <= MOST_DOCUMENTS:
        raise _refused(f"The manifest must have 1 to {MOST_DOCUMENTS:,} documents.")
    return ManifestFile(format=APOLLO if is_apollo else PAIRS, documents=[_checked(*pair) for pair in pairs])


def checked_name(name: str) -> str:
    """Return a valid name of a manifest; raises InvalidInputError for any other."""
    if not _NAME.fullmatch(name):
        raise InvalidInputError("Name the manifest like app@1.4.0, in up to 100 characters.", field="name")
    return name


def _of_apollo(document: dict[str, Any]) -> list[tuple[Any, Any]]:
    operations = document.get("operations")
    if document.get("version") != 1 or not isinstance(operations, list):
        raise _refused("Only version 1 of Apollo's manifest, with a list of operations, is supported.")
    pairs = [(o.get("id"), o.get("body")) if isinstance(o, dict) else (None, None) for o in operations]
    _unique(pairs)
    return pairs


def _checked(document_id: Any, text: Any) -> ManifestDocument:
    if not isinstance(document_id, str) or not 0 < len(document_id) <= LONGEST_ID:
        raise _refused(
            f"An id must be a string of 1 to {LONGEST_ID} characters: {str(document_id)[:40]!r} is not."
        )
    if not isinstance(text, str) or not text.strip():
        raise _refused(f"The value of {document_id} must be the text of a document.")
    document = ManifestDocument(document_id=document_id, text=text)
    if document_id.startswith(DIGEST) and document_id != DIGEST + document.digest:
        raise _refused(f"{document_id} is not the SHA-256 of its document, which is {document.digest}.")
    return document


def _unique(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """Return an object of its pairs; raises InvalidInputError for a name with two values."""
    values: dict[Any, Any] = {}
    for name, value in pairs:
        if name in values and values[name] != value:
            raise _refused(f"{str(name)[:LONGEST_ID]} is the id of two documents.")
        values[name] = value
    return values


def _refused(message: str) -> InvalidInputError:
    return InvalidInputError(message, field="file")
