"""Trusted documents: prepared for as long as they are trusted, whatever else the cache of documents has to hold."""

import asyncio
from collections.abc import Iterable

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse
from graphql.execution.values import VariableValues

from domain.manifests import DIGEST, ManifestDocument
from graph.documents import Documents, Prepared, RefusedDocumentError

_PAUSE_S = 0.002
_SMALLEST_PAGE = 1


class Trusted:
    """One document, and an id that it has; each of its operations is prepared once."""

    __slots__ = ("_documents", "_operations", "document_id", "text")

    def __init__(self, documents: Documents, document: ManifestDocument) -> None:
        self.document_id = document.document_id
        self.text = document.text
        self._documents = documents
        self._operations: dict[str | None, Prepared] = {}

    def operation(self, name: str | None) -> Prepared:
        """Return the operation to run; raises RefusedDocumentError where there is none, or it is no longer valid."""
        known = self._operations.get(name)
        if known is None:
            prepared = self._documents.prepared(self.text, name)
            known = self._operations[name] = self._operations.setdefault(prepared.name, prepared)
        return known

    def compile(self) -> None:
        """Compile every operation, for callers who reach all of it; raises RefusedDocumentError for an invalid one.

        Conditions stand at the defaults of their variables.
        """
        for name in operations_of(self.text):
            prepared = self.operation(name)
            values = prepared.values({})
            if isinstance(values, list):
                values = VariableValues({}, {})
            prepared.variants.plan(values, {})


class TrustedSet:
    """All documents in force, by every name they go by: their id and their hash; and by their text."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._by_name: dict[str, Trusted] = {}
        self._by_text: dict[str, Trusted] = {}

    def __len__(self) -> int:
        """Count the documents."""
        return len(self._by_text)

    def named(self, name: str) -> Trusted | None:
        """Return the document with this id, or with this hash as `sha256:...`."""
        return self._by_name.get(name)

    def written(self, text: str) -> Trusted | None:
        """Return the document with this very text."""
        return self._by_text.get(text)

    def replace(self, listed: Iterable[ManifestDocument]) -> None:
        """Trust these documents and no others; what was prepared of those that stay is kept."""
        by_name: dict[str, Trusted] = {}
        by_text: dict[str, Trusted] = {}
        for document in listed:
            known = by_text.get(document.text) or self._by_text.get(document.text)
            trusted = by_text[document.text] = known or Trusted(self._documents, document)
            for name in (DIGEST + document.digest, DIGEST + document.document_id, document.document_id):
                by_name.setdefault(name, trusted)
            by_name[document.document_id] = trusted
        self._by_name, self._by_text = by_name, by_text

    async def compile(self) -> list[str]:
        """Compile all documents with pauses in which others run; return the ids of those that are no longer valid."""
        invalid = []
        for trusted in list(self._by_text.values()):
            try:
                trusted.compile()
            except RefusedDocumentError:
                invalid.append(trusted.document_id)
            await asyncio.sleep(_PAUSE_S)
        return invalid


def refusals(documents: Documents, listed: Iterable[ManifestDocument]) -> list[str]:
    """Say of each document that cannot be trusted which one it is and why: invalid, or too large."""
    found = []
    for document in listed:
        try:
            _check(documents, document)
        except RefusedDocumentError as refusal:
            names = ", ".join(name for name in _names(document.text) if name)
            told = f"{document.document_id} ({names})" if names else document.document_id
            found += [f"{told}: {error.message}" for error in refusal.errors]
    return found


def operations_of(text: str) -> list[str | None]:
    """Return the names of a document's operations, None for one that has none."""
    return [o.name.value if o.name else None for o in _operations(parse(text, no_location=True))]


def _check(documents: Documents, document: ManifestDocument) -> None:
    trusted = Trusted(documents, document)
    trusted.operation(next(iter(_names(document.text)), None))
    trusted.compile()
    for name in operations_of(document.text):
        prepared = trusted.operation(name)
        definitions = prepared.operation.variable_definitions or ()
        prepared.survey({d.variable.name.value: _SMALLEST_PAGE for d in definitions})


def _names(text: str) -> list[str | None]:
    """Return the names of the operations of a text that may be no document."""
    try:
        return operations_of(text)
    except (GraphQLError, RecursionError):
        return []


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
