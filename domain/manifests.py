"""Manifests: the files in which build tools of clients list the documents that an app may send."""

import json
import re
from typing import Any

from domain.entities import entity
from domain.errors import InvalidInputError
from domain.persisted_queries import digest_of

LONGEST_FILE = 20 * 1024 * 1024
MOST_DOCUMENTS = 10_000
LONGEST_ID = 200
APOLLO = "apollo-persisted-query-manifest"
PAIRS = "pairs"
"""The format of relay-compiler and of graphql-codegen: one object, a text under each id."""
DIGEST = "sha256:"
_NAME = re.compile(r"[A-Za-z0-9@._/+-]{1,100}")


@entity
class ManifestDocument:
    """A document of a manifest, under the id that clients send."""

    document_id: str
    text: str

    @property
    def digest(self) -> str:
        """The SHA-256 of the text."""
        return digest_of(self.text)


@entity
class ManifestFile:
    """What a manifest holds."""

    format: str
    documents: list[ManifestDocument]


def read(content: str) -> ManifestFile:
    """Read a manifest of any format; raises InvalidInputError that names what is wrong with it."""
    if len(content) > LONGEST_FILE:
        raise _refused(f"The manifest may hold at most {LONGEST_FILE:,} characters.")
    try:
        document = json.loads(content, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise _refused("The manifest must be JSON.") from None
    if not isinstance(document, dict):
        raise _refused("The manifest must be a JSON object of ids and documents.")
    is_apollo = document.get("format") == APOLLO
    pairs = _of_apollo(document) if is_apollo else list(document.items())
    if not 0 < len(pairs) <= MOST_DOCUMENTS:
        raise _refused(f"The manifest must hold 1 to {MOST_DOCUMENTS:,} documents.")
    return ManifestFile(format=APOLLO if is_apollo else PAIRS, documents=[_checked(*pair) for pair in pairs])


def checked_name(name: str) -> str:
    """Return the name of a manifest; raises InvalidInputError for one that is none."""
    if not _NAME.fullmatch(name):
        raise InvalidInputError("Name the manifest like app@1.4.0, in up to 100 characters.", field="name")
    return name


def _of_apollo(document: dict[str, Any]) -> list[tuple[Any, Any]]:
    operations = document.get("operations")
    if document.get("version") != 1 or not isinstance(operations, list):
        raise _refused("Only version 1 of Apollo's manifest, with its list of operations, is understood.")
    pairs = [(o.get("id"), o.get("body")) if isinstance(o, dict) else (None, None) for o in operations]
    _once(pairs)
    return pairs


def _checked(document_id: Any, text: Any) -> ManifestDocument:
    if not isinstance(document_id, str) or not 0 < len(document_id) <= LONGEST_ID:
        raise _refused(
            f"An id must be a text of 1 to {LONGEST_ID} characters: {str(document_id)[:40]!r} is not."
        )
    if not isinstance(text, str) or not text.strip():
        raise _refused(f"Under {document_id} there must be the text of a document.")
    found = ManifestDocument(document_id=document_id, text=text)
    if document_id.startswith(DIGEST) and document_id != DIGEST + found.digest:
        raise _refused(f"{document_id} is not the SHA-256 of its document, which is {found.digest}.")
    return found


def _once(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """Make an object of its pairs; raises InvalidInputError where one name stands for two values."""
    made: dict[Any, Any] = {}
    for name, value in pairs:
        if name in made and made[name] != value:
            raise _refused(f"{str(name)[:LONGEST_ID]} stands for two documents.")
        made[name] = value
    return made


def _refused(message: str) -> InvalidInputError:
    return InvalidInputError(message, field="file")
