"""Document lookup: finds the document of a request, and refuses untrusted ones where only trusted ones may run."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from graphql import GraphQLError

from domain.accounts.users import Role, Viewer
from domain.documents.manifests import DIGEST
from domain.documents.persisted_queries import ANONYMOUS, PersistedQueries, PersistedQuery, digest_of
from domain.rate_limits.preparation import UNKNOWN_HASH, of_document
from gateway.operations.requests import GraphQLRequest, malformed
from gateway.rate_limits.preparation import FindRequest, Preparation
from gateway.settings.modes import DocumentMode
from graph.documents.prepared import DocumentCache, PreparedOperation, RefusedDocumentError
from graph.documents.trusted_documents import TrustedDocument, TrustedDocumentSet
from persistence.documents import persisted_queries_redis
from persistence.documents.persisted_queries import SharedQueries
from persistence.documents.persisted_queries_local import LocalQueries
from resolvers.request_info import RequestInfo


class DocumentLookup:
    """Finds the operation of a request: by text, by the id or hash of a trusted document, by a registered hash.

    `counts` is how many documents were `trusted`, `untrusted`, found by their hash (`persisted`), `registered`,
    `not_found`, `mismatched` and `refused`. In the mode `off`, documents sent as text are not counted. A document that
    is not prepared yet is charged, and waits for its turn; any other is found in one step.
    """

    def __init__(
        self,
        documents: DocumentCache,
        queries: PersistedQueries,
        *,
        mode: DocumentMode = DocumentMode.OFF,
        preparation: Preparation | None = None,
    ) -> None:
        self.preparation = preparation or Preparation()
        self.trusted = TrustedDocumentSet(documents)
        self.mode = mode
        self.counts: Counter[str] = Counter()
        self._documents = documents
        self._queries = queries

    async def prepare(
        self,
        request: GraphQLRequest,
        viewer: Viewer | None,
        log_fields: dict[str, Any],
        find_request: FindRequest = RequestInfo,
    ) -> PreparedOperation:
        """Return the operation to run; raises RefusedDocumentError. `log_fields` go into the log line."""
        name, text = request.document_id, request.text
        if name is None and self.mode is DocumentMode.OFF:
            known = self._documents.known(text, request.operation_name)
            return known if known is not None else await self._by_text(text, request, viewer, find_request)
        trusted = self.trusted.by_text(text) if name is None else self.trusted.by_name(name)
        if trusted is not None:
            return await self._trusted(trusted, request, viewer, find_request)
        if self.mode is not DocumentMode.OFF:
            self._admit(viewer, log_fields)
        if name is None:
            return await self._by_text(text, request, viewer, find_request)
        digest = name[len(DIGEST) :] if name.startswith(DIGEST) else None
        if text:
            return await self._registered(digest, request, viewer, find_request)
        query = await self._queries.find(digest) if digest else None
        if query is None:
            self.counts["not_found"] += 1
            self.preparation.charge(UNKNOWN_HASH, viewer, find_request)
            raise _refusal("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        self.counts["persisted"] += 1
        return await self._by_text(query.text, request, viewer, find_request)

    def known(self, request: GraphQLRequest) -> PreparedOperation | None:
        """Return the operation of a request if it is prepared already, and count nothing."""
        name, text = request.document_id, request.text
        trusted = self.trusted.by_text(text) if name is None else self.trusted.by_name(name)
        if trusted is not None:
            return trusted.known(request.operation_name)
        return self._documents.known(text, request.operation_name) if text else None

    async def _by_text(
        self, text: str, request: GraphQLRequest, viewer: Viewer | None, find_request: FindRequest
    ) -> PreparedOperation:
        """Return the operation of a text, known or new; raises RefusedDocumentError."""
        name = request.operation_name
        known = self._documents.known(text, name)
        if known is not None:
            return known
        return await self.preparation.make(
            of_document(len(text)),
            lambda: self._documents.known(text, name),
            lambda: self._documents.prepare(text, name),
            viewer=viewer,
            find_request=find_request,
        )

    async def _trusted(
        self,
        trusted: TrustedDocument,
        request: GraphQLRequest,
        viewer: Viewer | None,
        find_request: FindRequest,
    ) -> PreparedOperation:
        """Return the operation of a trusted document. It is new once, but a wrong name is new every time."""
        if request.text and request.text != trusted.text:
            raise self._mismatch()
        self.counts["trusted"] += 1
        name = request.operation_name
        known = trusted.known(name)
        if known is not None:
            return known
        return await self.preparation.make(
            of_document(len(trusted.text)),
            lambda: trusted.known(name),
            lambda: trusted.operation(name),
            viewer=viewer,
            find_request=find_request,
        )

    def _admit(self, viewer: Viewer | None, log_fields: dict[str, Any]) -> None:
        """Count an untrusted document; raises RefusedDocumentError where it must not run."""
        if self.mode is DocumentMode.ENFORCE and not _is_admin(viewer):
            self.counts["refused"] += 1
            raise _refusal(
                "Only trusted documents may run here; send the id of one.",
                "DOCUMENT_NOT_TRUSTED",
            )
        self.counts["untrusted"] += 1
        log_fields["untrusted"] = True

    async def _registered(
        self,
        digest: str | None,
        request: GraphQLRequest,
        viewer: Viewer | None,
        find_request: FindRequest,
    ) -> PreparedOperation:
        """Register a document under its hash, once it is prepared and so known to be valid."""
        if digest is None:
            raise malformed("Send documentId without query: only hashes are registered.", "documentId")
        if digest_of(request.text) != digest:
            raise self._mismatch()
        prepared = await self._by_text(request.text, request, viewer, find_request)
        caller = viewer.user_id if viewer else ANONYMOUS
        await self._queries.register(digest, PersistedQuery(text=request.text, caller=caller))
        self.counts["registered"] += 1
        return prepared

    def _mismatch(self) -> RefusedDocumentError:
        self.counts["mismatched"] += 1
        return _refusal("The text is not the document with this id or hash.", "PERSISTED_QUERY_HASH_MISMATCH")


@asynccontextmanager
async def opened(redis_url: str | None) -> AsyncIterator[PersistedQueries]:
    """Open the persisted queries: in memory, and shared through Redis where an address is given."""
    local = LocalQueries()
    if redis_url is None:
        yield local
        return
    async with persisted_queries_redis.opened(redis_url) as shared:
        yield SharedQueries(local, shared)


def _is_admin(viewer: Viewer | None) -> bool:
    """Return whether the caller is an admin in person; an API key has no more than its scopes."""
    return viewer is not None and Role.ADMIN in viewer.roles and viewer.scopes is None


def _refusal(message: str, code: str) -> RefusedDocumentError:
    return RefusedDocumentError(GraphQLError(message, extensions={"code": code}))
