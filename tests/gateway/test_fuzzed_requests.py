"""Fuzzed requests: any input gets JSON with a code, and never a 500."""

import gzip
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gateway.conftest import Live

CODES = {
    "BAD_USER_INPUT",
    "CSRF_BLOCKED",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "METHOD_NOT_ALLOWED",
    "NOT_ACCEPTABLE",
    "OPERATION_RESOLUTION_FAILURE",
    "PAYLOAD_TOO_LARGE",
    "PERSISTED_QUERY_NOT_FOUND",
    "PERSISTED_QUERY_NOT_SUPPORTED",
    "UNAUTHENTICATED",
    "UNSUPPORTED_MEDIA_TYPE",
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "query", "\0", ":"]), inner, max_size=3)
    ),
    max_leaves=8,
)
TEXTS = st.sampled_from(
    ["{ __typename }", "{", "query A { __typename } query B { __typename }", "{ a\0 }", "\ud800"]
)
PARTS = st.dictionaries(
    st.sampled_from(["query", "variables", "operationName", "extensions", "documentId", "id"]), TEXTS | VALUES
)
ENCODED = PARTS.map(lambda parts: json.dumps(parts).encode("utf-8", "surrogatepass"))
BODIES = (
    st.binary(max_size=40)
    | ENCODED
    | st.tuples(ENCODED, ENCODED).map(lambda pair: pair[0][:-1] + b"," + pair[1][1:])
)
ANYTHING = st.binary(max_size=20)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        b"content-type": st.sampled_from([b"application/json", b"text/plain"]) | ANYTHING,
        b"content-encoding": st.sampled_from([b"gzip", b"identity", b"br"]) | ANYTHING,
        b"content-length": st.sampled_from([b"5", b"9" * 5_000, b"-1", b"\xb2"]) | ANYTHING,
        b"accept": st.sampled_from([b"*/*", b"application/json;q=0", b"text/html"]) | ANYTHING,
        b"accept-encoding": ANYTHING,
        b"authorization": st.sampled_from([b"Bearer x", b"Bearer qp_x", b"Basic x"]) | ANYTHING,
        b"cookie": ANYTHING,
        b"origin": ANYTHING,
        b"host": ANYTHING,
        b"if-none-match": ANYTHING,
        b"x-request-id": ANYTHING,
        b"x-forwarded-for": ANYTHING,
        b"user-agent": ANYTHING,
    },
)


async def send_request(
    live: Live, method: str, headers: dict[bytes, bytes], body: bytes, query: bytes = b""
) -> tuple[int, dict[bytes, bytes], bytes]:
    """Call the application directly, so that no client or server corrects the request."""
    scope = {
        "type": "http",
        "method": method,
        "path": "/graphql",
        "query_string": query,
        "headers": [*headers.items()],
        "client": ("127.0.0.1", 5_000),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await live.app.asgi(scope, receive, send)
    start, *pieces = sent
    return start["status"], dict(start["headers"]), b"".join(piece.get("body", b"") for piece in pieces)


def is_valid_response(status: int, headers: dict[bytes, bytes], body: bytes) -> bool:
    response = json.loads(body)
    codes = {error["extensions"]["code"] for error in response.get("errors", ())}
    assert headers[b"content-type"].endswith(b"json; charset=utf-8")
    assert codes <= CODES
    return status < 500 and (bool(codes) != (response.get("data") is not None))


def as_query(parts: dict[str, Any]) -> bytes:
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parts.items()}
    return urlencode(texts, errors="surrogatepass").encode()


MANY = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.slow
@given(headers=HEADERS, body=BODIES, compressed=st.booleans())
@MANY
async def test_every_body_is_answered(
    live: Live, headers: dict[bytes, bytes], body: bytes, compressed: bool
) -> None:
    declared = {b"content-type": b"application/json"} | headers
    if compressed:
        declared |= {b"content-encoding": b"gzip"}

    assert is_valid_response(
        *await send_request(live, "POST", declared, gzip.compress(body) if compressed else body)
    )


@pytest.mark.slow
@given(headers=HEADERS, query=ANYTHING | PARTS.map(as_query))
@MANY
async def test_every_query_string_is_answered(live: Live, headers: dict[bytes, bytes], query: bytes) -> None:
    assert is_valid_response(
        *await send_request(live, "GET", {b"accept": b"*/*"} | headers, b"", query or b"q")
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "get", ""])
async def test_other_methods_are_405_with_the_allowed_ones(live: Live, method: str) -> None:
    status, headers, body = await send_request(live, method, {}, b'{"query": "{ __typename }"}')

    assert status == 405
    assert headers[b"allow"] == b"GET, HEAD, OPTIONS, POST"
    assert json.loads(body)["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"
