"""Document lookup without a network: who may run untrusted documents, counts, and operation without Redis."""

from typing import Any

import pytest

from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from domain.documents.persisted_queries import ANONYMOUS, digest_of
from domain.ids import SessionId, UserId
from gateway.operations import document_lookup
from gateway.operations.document_lookup import DocumentLookup
from gateway.operations.requests import GraphQLRequest
from gateway.settings.modes import DocumentMode
from graph.documents.limits import Limits
from graph.documents.prepared import DocumentCache, RefusedDocumentError
from graph.schema import executable
from persistence.documents.persisted_queries_local import LocalQueries
from tests.builders import mint
from tests.builders.manifests import a_document
from tests.support.servers.redis import redis_running

HELLO = "query Hello { __typename }"
DOCUMENTS = DocumentCache(executable(), limits=Limits(), hide_suggestions=False)


def a_viewer(*roles: Role, scopes: frozenset[Scope] | None = None) -> Viewer:
    return Viewer(
        user_id=UserId(mint("user")),
        session_id=SessionId(mint("session")),
        roles=frozenset(roles),
        scopes=scopes,
    )


def a_request(text: str = "", document_id: str | None = None) -> GraphQLRequest:
    return GraphQLRequest(text=text, variables={}, operation_name=None, document_id=document_id)


async def outcome(lookup: DocumentLookup, request: GraphQLRequest, viewer: Viewer | None = None) -> Any:
    """Return the name of the operation, or the code of the refusal."""
    try:
        prepared = await lookup.prepare(request, viewer, {})
    except RefusedDocumentError as refusal:
        return (refusal.errors[0].extensions or {})["code"]
    return prepared.name


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        (None, "DOCUMENT_NOT_TRUSTED"),
        (a_viewer(Role.LEARNER, Role.MODERATOR, Role.AUTHOR), "DOCUMENT_NOT_TRUSTED"),
        (a_viewer(Role.LEARNER, Role.ADMIN), "Hello"),
        (a_viewer(Role.LEARNER, Role.ADMIN, scopes=frozenset(Scope)), "DOCUMENT_NOT_TRUSTED"),
    ],
)
async def test_only_admins_in_person_run_untrusted_documents(viewer: Viewer | None, expected: str) -> None:
    lookup = DocumentLookup(DOCUMENTS, LocalQueries(), mode=DocumentMode.ENFORCE)

    assert await outcome(lookup, a_request(HELLO), viewer) == expected


async def test_documents_fill_the_share_of_the_caller_who_registered_them() -> None:
    queries, viewer = LocalQueries(), a_viewer(Role.LEARNER)
    lookup = DocumentLookup(DOCUMENTS, queries)
    other = HELLO + " # anonymous"

    await lookup.prepare(a_request(HELLO, f"sha256:{digest_of(HELLO)}"), viewer, {})
    await lookup.prepare(a_request(other, f"sha256:{digest_of(other)}"), None, {})

    own, anonymous = await queries.find(digest_of(HELLO)), await queries.find(digest_of(other))
    assert own is not None
    assert anonymous is not None
    assert (own.caller, anonymous.caller) == (viewer.user_id, ANONYMOUS)


async def test_lookups_are_counted_by_result() -> None:
    lookup = DocumentLookup(DOCUMENTS, LocalQueries(), mode=DocumentMode.LOG)
    lookup.trusted.replace([a_document("hello", HELLO)])
    other = "query Other { __typename }"
    name = f"sha256:{digest_of(other)}"

    codes = [
        await outcome(lookup, request)
        for request in (
            a_request("", "hello"),
            a_request(other),
            a_request("", name),
            a_request(other + " ", name),
            a_request(other, name),
            a_request("", name),
            a_request(other, "hello"),
        )
    ]

    assert codes == [
        "Hello",
        "Other",
        "PERSISTED_QUERY_NOT_FOUND",
        "PERSISTED_QUERY_HASH_MISMATCH",
        "Other",
        "Other",
        "PERSISTED_QUERY_HASH_MISMATCH",
    ]
    assert lookup.counts == {
        "trusted": 1,
        "untrusted": 5,
        "not_found": 1,
        "mismatched": 2,
        "registered": 1,
        "persisted": 1,
    }


async def test_a_named_document_is_the_same_prepared_operation_each_time() -> None:
    lookup = DocumentLookup(DOCUMENTS, LocalQueries())
    lookup.trusted.replace([a_document("hello", HELLO)])
    automatic = "query Automatic { __typename }"
    name = f"sha256:{digest_of(automatic)}"
    registered = await lookup.prepare(a_request(automatic, name), None, {})
    for _ in range(2):
        DOCUMENTS.kept.use(registered)

    by_id = [await lookup.prepare(a_request("", "hello"), None, {}) for _ in range(2)]
    by_hash = await lookup.prepare(a_request("", name), None, {})

    assert by_id[0] is by_id[1]
    assert by_hash is registered


async def test_without_redis_documents_are_registered_with_this_process() -> None:
    with redis_running() as server:
        url = server.connection_url
    name = f"sha256:{digest_of(HELLO)}"

    async with document_lookup.opened(url) as queries:
        lookup = DocumentLookup(DOCUMENTS, queries)
        codes = [await outcome(lookup, a_request(text, name)) for text in ("", HELLO, "")]

    assert codes == ["PERSISTED_QUERY_NOT_FOUND", "Hello", "Hello"]
