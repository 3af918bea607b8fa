"""Request bodies: compressed, truncated, too large, of another type, and ambiguous."""

import gzip
import json
import zlib

import httpx
import pytest

from gateway.http.request_bodies import LARGEST_BODY
from gateway.operations.requests import DEEPEST
from tests.gateway.conftest import Live

HELLO = b'{"query": "{ __typename }"}'
JSON = {"content-type": "application/json"}
COMPRESSED = JSON | {"content-encoding": "gzip"}
ANSWER = {"data": {"__typename": "Query"}}


async def post(live: Live, body: bytes, headers: dict[str, str] = JSON) -> httpx.Response:
    return await live.client.post("/graphql", content=body, headers=headers)


def code_of(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    code: str = error["extensions"]["code"]
    return code


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip"])
async def test_a_body_may_be_compressed_with_gzip(live: Live, coding: str) -> None:
    response = await post(live, gzip.compress(HELLO), JSON | {"content-encoding": coding})

    assert (response.status_code, response.json()) == (200, ANSWER)


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "gzip, gzip", "identity, gzip", "*", ""])
async def test_another_content_coding_is_415_and_names_gzip(live: Live, coding: str) -> None:
    response = await post(live, gzip.compress(HELLO), JSON | {"content-encoding": coding})

    assert (response.status_code, code_of(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert response.headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    "body",
    [
        HELLO,
        b"",
        gzip.compress(HELLO)[:-1],
        gzip.compress(HELLO)[:-8] + bytes(8),
        gzip.compress(HELLO) + b"x",
        gzip.compress(HELLO) * 2,
        zlib.compress(HELLO),
    ],
    ids=["not compressed", "empty", "truncated", "wrong checksum", "trailing byte", "two members", "zlib"],
)
async def test_a_malformed_gzip_body_is_400(live: Live, body: bytes) -> None:
    response = await post(live, body, COMPRESSED)

    assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT")


async def test_a_body_is_decompressed_only_up_to_the_limit(live: Live) -> None:
    spaces = b" " * LARGEST_BODY
    bomb = gzip.compress(b" " * 40_000_000)[: LARGEST_BODY // 2]
    dense = gzip.compress(HELLO + b" " * (LARGEST_BODY - len(HELLO)))
    loose = gzip.compress(
        json.dumps({"query": "{ __typename }", "variables": {"n": [*range(9_000)]}}).encode()
    )

    assert [
        (await post(live, body, COMPRESSED)).status_code for body in (gzip.compress(spaces + HELLO), bomb)
    ] == [413, 413]
    assert (await post(live, dense, COMPRESSED)).status_code == 413  # a thousand times its compressed size
    assert (await post(live, loose, COMPRESSED)).status_code != 413


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=utf-16",
        "application/json; charset=iso-8859-1",
        'application/json; charset="UTF-16"',
        "application/json; charset=",
        "application/json; charset=utf-8; charset=latin-1",
        "application/graphql",
        "text/plain",
        "text/json",
        "application/jsonp",
        "",
    ],
)
async def test_a_body_of_another_type_or_charset_is_415(live: Live, content_type: str) -> None:
    response = await post(live, HELLO, {"content-type": content_type})

    assert (response.status_code, code_of(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON; Charset=UTF-8",
        'application/json;charset="utf-8"',
        "application/json; x=1",
    ],
)
async def test_json_in_utf_8_is_accepted_in_any_spelling(live: Live, content_type: str) -> None:
    assert (await post(live, HELLO, {"content-type": content_type})).json() == ANSWER


@pytest.mark.parametrize(
    "body",
    [
        b'{"query": "{ __typename }", "query": "{ __typename }"}',
        b'{"query": "{ __typename }", "\\u0071uery": "{ __typename }"}',
        b'{"query": "{ __typename }", "variables": {"a": {"b": 1, "b": 2}}}',
        b'{"query": "{ __typename }", "variables": {"a": "\\u003a", "a": 1}}',
        b'{"query": "{ __typename }", "variables": {"a": 123456789012345678901234567890}}',
        b'{"query": "{ __typename }", "variables": {"a": Infinity}}',
        b'{"query": "{ __typename }", "variables": {"\\u0000": 1}}',
        b'{"query": "{ __typename }", "variables": {"a": [{"b": "\\u0000"}]}}',
        b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * 10_000 + b"]" * 10_000 + b"}}",
        b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * DEEPEST + b"]" * DEEPEST + b"}}",
        b'{"query": "{ __typename }", "x": ' + b"[" * 400 + b"]" * 400 + b"}",
        b"null",
        b"5",
        b'[{"query": "{ __typename }"}]',
    ],
    ids=lambda given: str(given[:60]),
)
async def test_ambiguous_json_is_400(live: Live, body: bytes) -> None:
    for content, headers in ((body, JSON), (gzip.compress(body), COMPRESSED)):
        response = await post(live, content, headers)

        assert (response.status_code, code_of(response)) in {
            (400, "BAD_USER_INPUT"),
            (413, "PAYLOAD_TOO_LARGE"),
        }
        assert "data" not in response.json()


async def test_an_escaped_backslash_before_u0000_is_not_a_null_character(live: Live) -> None:
    body = json.dumps({"query": "{ __typename }", "variables": {"a": "\\u0000", "b": [[[":"]]]}}).encode()

    assert (await post(live, body)).json() == ANSWER


@pytest.mark.parametrize(
    "query",
    [
        "query=%7B__typename%7D&query=%7B__typename%7D",
        "query=%FF",
        "query=%7B__typename%7D&variables=%5B%5D",
        "query=%7B__typename%7D&variables=%7B%22a%22%3A1%2C%22a%22%3A1%7D",
        "query=%7B__typename%7D&variables=NaN",
        "query=%7B__typename%7D%00",
        "&".join(f"a{n}=1" for n in range(30)),
        "",
    ],
)
async def test_a_query_string_is_parsed_as_strictly(live: Live, query: str) -> None:
    response = await live.client.get(f"/graphql?{query}")

    assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT")
