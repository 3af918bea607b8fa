"""The desk for documents without a network: who is let through, what is counted, and what a lost Redis costs."""

from typing import Any

import pytest

from domain.ids import SessionId, UserId
from domain.persisted_queries import ANONYMOUS, digest_of
from domain.scopes import Scope
from domain.users import Role, Viewer
from gateway.operations import persisted
from gateway.operations.persisted import DocumentDesk
from gateway.operations.requests import GraphQLRequest
from gateway.settings.modes import DocumentMode
from graph.documents import Documents, RefusedDocumentError
from graph.limits import Limits
from graph.schema import executable
from persistence.queries_local import LocalQueries
from tests.builders import mint
from tests.builders.manifests import a_document
from tests.redis_server import redis_running

HELLO = "query Hello { __typename }"
DOCUMENTS = Documents(executable(), limits=Limits(), hide_suggestions=False)


def a_viewer(*roles: Role, scopes: frozenset[Scope] | None = None) -> Viewer:
    return Viewer(
        user_id=UserId(mint("user")),
        session_id=SessionId(mint("session")),
        roles=frozenset(roles),
        scopes=scopes,
    )


def asking(text: str = "", document_id: str | None = None) -> GraphQLRequest:
    return GraphQLRequest(text=text, variables={}, operation_name=None, document_id=document_id)


async def outcome(desk: DocumentDesk, request: GraphQLRequest, viewer: Viewer | None = None) -> Any:
    """Return the name of the operation, or the code of the refusal."""
    try:
        prepared = await desk.prepare(request, viewer, {})
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
async def test_admins_alone_and_in_person_run_what_is_not_trusted(
    viewer: Viewer | None, expected: str
) -> None:
    desk = DocumentDesk(DOCUMENTS, LocalQueries(), mode=DocumentMode.ENFORCE)

    assert await outcome(desk, asking(HELLO), viewer) == expected


async def test_documents_are_kept_in_the_share_of_who_registered_them() -> None:
    queries, viewer = LocalQueries(), a_viewer(Role.LEARNER)
    desk = DocumentDesk(DOCUMENTS, queries)
    other = HELLO + " # anonymous"

    await desk.prepare(asking(HELLO, f"sha256:{digest_of(HELLO)}"), viewer, {})
    await desk.prepare(asking(other, f"sha256:{digest_of(other)}"), None, {})

    mine, everybodys = await queries.find(digest_of(HELLO)), await queries.find(digest_of(other))
    assert mine is not None
    assert everybodys is not None
    assert (mine.caller, everybodys.caller) == (viewer.user_id, ANONYMOUS)


async def test_what_became_of_documents_is_counted() -> None:
    desk = DocumentDesk(DOCUMENTS, LocalQueries(), mode=DocumentMode.LOG)
    desk.trusted.replace([a_document("hello", HELLO)])
    other = "query Other { __typename }"
    name = f"sha256:{digest_of(other)}"

    codes = [
        await outcome(desk, request)
        for request in (
            asking("", "hello"),
            asking(other),
            asking("", name),
            asking(other + " ", name),
            asking(other, name),
            asking("", name),
            asking(other, "hello"),
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
    assert desk.counts == {
        "trusted": 1,
        "untrusted": 5,
        "not_found": 1,
        "mismatched": 2,
        "registered": 1,
        "persisted": 1,
    }


async def test_a_named_document_is_the_same_prepared_operation_each_time() -> None:
    desk = DocumentDesk(DOCUMENTS, LocalQueries())
    desk.trusted.replace([a_document("hello", HELLO)])
    automatic = "query Automatic { __typename }"
    name = f"sha256:{digest_of(automatic)}"
    registered = await desk.prepare(asking(automatic, name), None, {})

    by_id = [await desk.prepare(asking("", "hello"), None, {}) for _ in range(2)]
    by_hash = await desk.prepare(asking("", name), None, {})

    assert by_id[0] is by_id[1]
    assert by_hash is registered


async def test_without_redis_documents_are_registered_with_this_process() -> None:
    with redis_running() as server:
        url = server.connection_url
    name = f"sha256:{digest_of(HELLO)}"

    async with persisted.opened(url) as queries:
        desk = DocumentDesk(DOCUMENTS, queries)
        codes = [await outcome(desk, asking(text, name)) for text in ("", HELLO, "")]

    assert codes == ["PERSISTED_QUERY_NOT_FOUND", "Hello", "Hello"]
