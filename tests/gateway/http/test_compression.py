"""Compression of responses: the coding, the minimal size, and never a response that may contain a secret."""

import gzip
from typing import Any

import httpx
import pytest
from backports import zstd
from graphql import GraphQLObjectType, get_named_type

from gateway.http.compression import THREADED, compressed, preferred_coding
from graph.schema import executable
from tests.gateway.conftest import REGISTER, Live

LONG = "{ __schema { types { name } } }"
SHORT = "{ __typename }"
DECOMPRESS = {"gzip": gzip.decompress, "zstd": zstd.decompress, None: bytes}


async def send(live: Live, text: str, accept: str | None, **variables: Any) -> httpx.Response:
    """Send a request without httpx's own Accept-Encoding and decompression."""
    request = live.client.build_request("POST", "/graphql", json={"query": text, "variables": variables})
    del request.headers["accept-encoding"]
    if accept is not None:
        request.headers["accept-encoding"] = accept
    return await live.client.send(request, stream=True)


async def body_of(response: httpx.Response) -> bytes:
    return b"".join([piece async for piece in response.aiter_raw()])


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("GZIP;q=1.0, zstd;q=0.5", "gzip"),
        ("zstd;q=0, *", "gzip"),
        ("gzip;q=0, *;q=0.1", "zstd"),
        ("*", "zstd"),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("gzip;q=0", None),
        ("*;q=0", None),
        ("br, deflate", None),
        ("gzip;q=nonsense", None),
        (",;,", None),
        ("", None),
    ],
)
def test_the_coding_with_the_highest_quality_is_chosen(accept: str, coding: str | None) -> None:
    assert preferred_coding(accept.encode()) == coding


@pytest.mark.parametrize("accept", ["gzip", "zstd", None])
async def test_a_long_response_is_compressed_and_decompresses_to_the_same(
    live: Live, accept: str | None
) -> None:
    plain = await body_of(await send(live, LONG, None))

    response = await send(live, LONG, accept)
    body = await body_of(response)

    assert response.headers.get("content-encoding") == accept
    assert int(response.headers["content-length"]) == len(body)
    assert DECOMPRESS[accept](body) == plain
    assert accept is None or len(body) < len(plain) / 2
    assert "accept-encoding" in response.headers["vary"]


async def test_a_short_response_is_not_compressed(live: Live) -> None:
    response = await send(live, SHORT, "gzip")

    assert "content-encoding" not in response.headers
    assert await body_of(response) == b'{"data":{"__typename":"Query"}}'


async def test_a_response_that_may_contain_a_secret_is_not_compressed(live: Live) -> None:
    long = "abc " * 500
    new = {
        "email": "a@example.org",
        "password": "correct horse battery",
        "handle": "ada",
        "displayName": "Ada",
    }
    several = REGISTER.replace("{ user", f"{{ {' '.join(f't{n}: accessToken' for n in range(10))} user")

    registered = await send(live, several, "gzip, zstd", input=new)
    refused = await send(live, f'{{ user(by: {{handle: "{long}"}}) {{ nope }} }}' * 5, "gzip")

    assert "content-encoding" not in registered.headers
    assert len(await body_of(registered)) > 1_024
    assert "content-encoding" not in refused.headers
    await refused.aclose()


def test_no_query_leads_to_a_secret() -> None:
    waiting, seen = [executable().query_type], set()
    while waiting:
        type_ = waiting.pop()
        if type_ in seen or type_ is None:
            continue
        seen.add(type_)
        for name, field in getattr(type_, "fields", {}).items():
            assert name.lower() not in {
                "secret",
                "accesstoken",
                "refreshtoken",
                "token",
                "flow",
                "password",
            }, type_
            named = get_named_type(field.type)
            waiting += [named, *getattr(named, "types", ())]
            if not isinstance(named, GraphQLObjectType) and hasattr(named, "fields"):
                waiting += executable().get_possible_types(named)
    assert len(seen) > 50


async def test_a_very_long_response_is_compressed() -> None:
    body = b'{"data": ' + b"0123456789" * THREADED + b"}"

    assert gzip.decompress(await compressed(body, "gzip")) == body
    assert zstd.decompress(await compressed(body, "zstd")) == body


async def test_a_stream_is_not_compressed(live: Live) -> None:
    headers = {"accept": "text/event-stream", "accept-encoding": "gzip, zstd"}

    response = await live.client.post("/graphql", json={"query": LONG}, headers=headers)

    assert response.text.startswith("event: next")
    assert len(response.content) > 1_024
    assert "content-encoding" not in response.headers
