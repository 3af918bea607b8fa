"""Paths beside `/graphql`: refusals have the shape of GraphQL errors, and every response an id."""

from uuid import UUID

import httpx
import pytest
from starlette.requests import Request
from starlette.routing import Route
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from gateway.connections.refusals import RequestRefusal
from gateway.endpoints.other_paths import OtherPaths
from graph.execution.error_masking import MASKED
from tests.gateway.conftest import Live, running
from tests.support.clients.raw_http import raw_server
from tests.support.clients.websockets import PROTOCOL

REFUSED = [
    ("GET", "/nowhere", 404, "NOT_FOUND"),
    ("GET", "/graphql/", 404, "NOT_FOUND"),
    ("POST", "/graphql/v2", 404, "NOT_FOUND"),
    ("GET", "/docs/nothing.md", 404, "NOT_FOUND"),
    ("GET", "/graphiql/nothing.js", 404, "NOT_FOUND"),
    ("GET", "/exports/export_1?expires=1&signature=1", 404, "NOT_FOUND"),
    ("POST", "/health", 405, "METHOD_NOT_ALLOWED"),
    ("DELETE", "/health/live", 405, "METHOD_NOT_ALLOWED"),
    ("PUT", "/.well-known/jwks.json", 405, "METHOD_NOT_ALLOWED"),
    ("PUT", "/unsubscribe/weekly-digest/user_1", 405, "METHOD_NOT_ALLOWED"),
    ("GET", "/unsubscribe/weekly-digest", 404, "NOT_FOUND"),
    ("PUT", "/graphql", 405, "METHOD_NOT_ALLOWED"),
]


@pytest.mark.parametrize(("method", "path", "status", "code"), REFUSED)
async def test_a_refusal_is_json_with_an_id_and_is_not_stored(
    live: Live, method: str, path: str, status: int, code: str
) -> None:
    response = await live.client.request(method, path, headers={"x-request-id": "mine-12345"})

    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]) == (status, {"code": code, "requestId": "mine-12345"})
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["x-request-id"] == "mine-12345"
    assert response.headers["cache-control"] == "no-store"
    assert ("allow" in response.headers) == (status == 405)


async def test_a_malformed_request_id_is_replaced(live: Live) -> None:
    responses = [await live.client.get("/health", headers={"x-request-id": "short"}) for _ in range(2)]

    ids = {response.headers["x-request-id"] for response in responses}
    assert len(ids) == 2
    assert all(UUID(each).version == 7 for each in ids)


async def test_a_response_that_may_be_cached_says_so_itself(live: Live) -> None:
    keys = await live.client.get("/.well-known/jwks.json")

    assert keys.headers["cache-control"] == "public, max-age=300"


async def test_metrics_without_the_token_are_refused_in_the_same_shape(database_url: str) -> None:
    async with running(database_url, metrics_token="a token of the metrics") as live:
        response = await live.client.get("/metrics")

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_websocket_to_another_path_is_404(live: Live) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(live.url.replace("http", "ws") + "/nowhere", subprotocols=[PROTOCOL])

    response = refused.value.response
    assert response.status_code == 404
    assert b"NOT_FOUND" in (response.body or b"")
    assert response.headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_defect_is_masked() -> None:
    async def fail(_: Request) -> None:
        raise RuntimeError("a secret")

    app = OtherPaths([Route("/fails", fail)], request_id_of=lambda _: "req_1")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        response = await client.get("/fails")

    assert response.status_code == 500
    assert response.json() == {
        "errors": [{"message": MASKED, "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "req_1"}}]
    }


async def test_a_refusal_of_a_connection_belongs_to_this_origin_too() -> None:
    async with raw_server() as server:
        response = await server.request(b"NONSENSE\r\n\r\n")

    assert response.code == RequestRefusal.MALFORMED.code
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
