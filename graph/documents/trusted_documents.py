"""Trusted documents: prepared and compiled outside the document cache, for as long as they are trusted."""

import asyncio
from collections.abc import Iterable

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse
from graphql.execution.values import VariableValues

from domain.documents.manifests import DIGEST, ManifestDocument
from graph.documents.prepared import DocumentCache, PreparedOperation, RefusedDocumentError

_PAUSE_S = 0.002
_SMALLEST_PAGE = 1


class TrustedDocument:
    """One document and one of its ids; each of its operations is prepared once."""

    __slots__ = ("_documents", "_operations", "document_id", "text")

    def __init__(self, documents: DocumentCache, document: ManifestDocument) -> None:
        self.document_id = document.document_id
        self.text = document.text
        self._documents = documents
        self._operations: dict[str | None, PreparedOperation] = {}

    def known(self, name: str | None) -> PreparedOperation | None:
        """Return the operation if it is prepared already."""
        return self._operations.get(name)

    def operation(self, name: str | None) -> PreparedOperation:
        """Return the operation to run; raises RefusedDocumentError when there is none, or it is no longer valid."""
        known = self._operations.get(name)
        if known is None:
            prepared = self._documents.prepare_uncached(self.text, name)
            known = self._operations[name] = self._operations.setdefault(prepared.name, prepared)
        return known

    def compile(self) -> None:
        """Compile every operation, for callers who may read all of it; raises RefusedDocumentError for an invalid one.

        Variables in conditions have their defaults.
        """
        for name in operations_of(self.text):
            prepared = self.operation(name)
            values = prepared.values({})
            if isinstance(values, list):
                values = VariableValues({}, {})
            prepared.variants.plan(values, {})


class TrustedDocumentSet:
    """All documents in force, by their ids, their hashes and their texts."""

    def __init__(self, documents: DocumentCache) -> None:
        self._documents = documents
        self._by_name: dict[str, TrustedDocument] = {}
        self._by_text: dict[str, TrustedDocument] = {}

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self._by_text)

    def by_name(self, name: str) -> TrustedDocument | None:
        """Return the document with this id, or with this hash as `sha256:...`."""
        return self._by_name.get(name)

    def by_text(self, text: str) -> TrustedDocument | None:
        """Return the document with exactly this text."""
        return self._by_text.get(text)

    def replace(self, listed: Iterable[ManifestDocument]) -> None:
        """Trust these documents and no others; those that stay keep their prepared operations."""
        by_name: dict[str, TrustedDocument] = {}
        by_text: dict[str, TrustedDocument] = {}
        for document in listed:
            known = by_text.get(document.text) or self._by_text.get(document.text)
            trusted = by_text[document.text] = known or TrustedDocument(self._documents, document)
            for name in (DIGEST + document.digest, DIGEST + document.document_id, document.document_id):
                by_name.setdefault(name, trusted)
            by_name[document.document_id] = trusted
        self._by_name, self._by_text = by_name, by_text

    async def compile(self) -> list[str]:
        """Compile all documents, pausing for other tasks; return the ids of those that are no longer valid."""
        invalid = []
        for trusted in list(self._by_text.values()):
            try:
                trusted.compile()
            except RefusedDocumentError:
                invalid.append(trusted.document_id)
            await asyncio.sleep(_PAUSE_S)
        return invalid


def refusals(documents: DocumentCache, listed: Iterable[ManifestDocument]) -> list[str]:
    """Return a line for each reason why a document cannot be trusted: it is invalid, or too large."""
    lines = []
    for document in listed:
        try:
            _check(documents, document)
        except RefusedDocumentError as refusal:
            names = ", ".join(name for name in _names(document.text) if name)
            label = f"{document.document_id} ({names})" if names else document.document_id
            lines += [f"{label}: {error.message}" for error in refusal.errors]
    return lines


def operations_of(text: str) -> list[str | None]:
    """Return the names of a document's operations; None for an anonymous one."""
    return [o.name.value if o.name else None for o in _operations(parse(text, no_location=True))]


def _check(documents: DocumentCache, document: ManifestDocument) -> None:
    trusted = TrustedDocument(documents, document)
    trusted.operation(next(iter(_names(document.text)), None))
    trusted.compile()
    for name in operations_of(document.text):
        prepared = trusted.operation(name)
        prepared.measure({d.variable.name.value: _SMALLEST_PAGE for d in prepared.definitions})


def _names(text: str) -> list[str | None]:
    """Return the names of the operations of a text that may not be a valid document."""
    try:
        return operations_of(text)
    except (GraphQLError, RecursionError):
        return []


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
