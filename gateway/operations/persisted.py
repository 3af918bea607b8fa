"""Persisted documents: which document a request means, and whether it may be run where only trusted ones are."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from graphql import GraphQLError

from domain.manifests import DIGEST
from domain.persisted_queries import ANONYMOUS, KeptQuery, PersistedQueries, digest_of
from domain.users import Role, Viewer
from gateway.operations.requests import GraphQLRequest, malformed
from gateway.settings.modes import DocumentMode
from graph.documents import Documents, Prepared, RefusedDocumentError
from graph.trusted import Trusted, TrustedSet
from persistence import queries_redis
from persistence.queries_local import LocalQueries
from persistence.queries_shared import SharedQueries


class DocumentDesk:
    """Finds the operation of a request: by text, by the id or hash of a trusted document, by a registered hash.

    `counts` says how many documents were `trusted`, `untrusted`, found by their hash (`persisted`), `registered`,
    `not_found`, `mismatched` and `refused`; where all may run, those that came as text are not counted.
    """

    def __init__(
        self, documents: Documents, queries: PersistedQueries, *, mode: DocumentMode = DocumentMode.OFF
    ) -> None:
        self.trusted = TrustedSet(documents)
        self.mode = mode
        self.counts: Counter[str] = Counter()
        self._documents = documents
        self._queries = queries

    async def prepare(self, request: GraphQLRequest, viewer: Viewer | None, told: dict[str, Any]) -> Prepared:
        """Return the operation to run; raises RefusedDocumentError. `told` goes into the log line."""
        name, text = request.document_id, request.text
        if name is None and self.mode is DocumentMode.OFF:
            return self._documents.prepare(text, request.operation_name)
        trusted = self.trusted.written(text) if name is None else self.trusted.named(name)
        if trusted is not None:
            return self._trusted(trusted, request)
        if self.mode is not DocumentMode.OFF:
            self._admit(viewer, told)
        if name is None:
            return self._documents.prepare(text, request.operation_name)
        digest = name[len(DIGEST) :] if name.startswith(DIGEST) else None
        if text:
            return await self._registered(digest, request, viewer)
        query = await self._queries.find(digest) if digest else None
        if query is None:
            self.counts["not_found"] += 1
            raise _refusal("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        self.counts["persisted"] += 1
        return self._documents.prepare(query.text, request.operation_name)

    def _trusted(self, trusted: Trusted, request: GraphQLRequest) -> Prepared:
        if request.text and request.text != trusted.text:
            raise self._mismatch()
        self.counts["trusted"] += 1
        return trusted.operation(request.operation_name)

    def _admit(self, viewer: Viewer | None, told: dict[str, Any]) -> None:
        """Let an untrusted document pass and count it, or raise RefusedDocumentError."""
        if self.mode is DocumentMode.ENFORCE and not _is_admin(viewer):
            self.counts["refused"] += 1
            raise _refusal(
                "Only documents that were registered with the gateway are run; send the id of one.",
                "DOCUMENT_NOT_TRUSTED",
            )
        self.counts["untrusted"] += 1
        told["untrusted"] = True

    async def _registered(
        self, digest: str | None, request: GraphQLRequest, viewer: Viewer | None
    ) -> Prepared:
        """Keep a document under its hash, once it is known to be valid."""
        if digest is None:
            raise malformed("Send documentId without query: only hashes are registered.", "documentId")
        if digest_of(request.text) != digest:
            raise self._mismatch()
        prepared = self._documents.prepare(request.text, request.operation_name)
        caller = viewer.user_id if viewer else ANONYMOUS
        await self._queries.keep(digest, KeptQuery(text=request.text, caller=caller))
        self.counts["registered"] += 1
        return prepared

    def _mismatch(self) -> RefusedDocumentError:
        self.counts["mismatched"] += 1
        return _refusal("The document is not the one that was named.", "PERSISTED_QUERY_HASH_MISMATCH")


@asynccontextmanager
async def opened(redis_url: str | None) -> AsyncIterator[PersistedQueries]:
    """Open the registered documents: within the process, and shared through Redis where there is one."""
    local = LocalQueries()
    if redis_url is None:
        yield local
        return
    async with queries_redis.opened(redis_url) as shared:
        yield SharedQueries(local, shared)


def _is_admin(viewer: Viewer | None) -> bool:
    """Tell whether an admin asks in person; an API key of theirs has the powers of its scopes alone."""
    return viewer is not None and Role.ADMIN in viewer.roles and viewer.scopes is None


def _refusal(message: str, code: str) -> RefusedDocumentError:
    return RefusedDocumentError(GraphQLError(message, extensions={"code": code}))
