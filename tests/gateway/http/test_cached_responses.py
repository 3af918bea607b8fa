"""Caching of responses: Cache-Control, ETag and 304."""

from typing import Any

import httpx
import pytest

from gateway.http.responses import etag_matches
from tests.gateway.conftest import Live

USERS = "{ users { nodes { handle } } }"
SHARED = "public, max-age=60"


async def get(live: Live, text: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await live.client.get("/graphql", params={"query": text}, headers=named)


async def test_an_anonymous_response_may_be_shared(live: Live) -> None:
    response = await get(live, USERS)

    assert response.headers["cache-control"] == SHARED
    assert response.headers["vary"] == "accept, accept-encoding, authorization, origin"
    assert response.headers["etag"].startswith('"')


async def test_a_client_with_the_current_response_gets_304_without_a_body(live: Live) -> None:
    first = await get(live, USERS)

    same = await get(live, USERS, if_none_match=f'"other", W/{first.headers["etag"]}')
    await live.register("ada")
    changed = await get(live, USERS, if_none_match=first.headers["etag"])

    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    assert same.headers["cache-control"] == SHARED
    assert "content-type" not in same.headers
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


async def test_the_etag_differs_by_type_and_coding(live: Live) -> None:
    for handle in ("ada", "grace", "edsger"):
        await live.register(handle)
    text = "{ users { nodes { %s } } }" % " ".join(f"a{n}: handle" for n in range(30))

    tags = {
        (await get(live, text, accept=accept, accept_encoding=coding)).headers["etag"]
        for accept in ("application/json", "application/graphql-response+json")
        for coding in ("identity", "gzip", "zstd")
    }

    assert len(tags) == 6


async def test_an_authenticated_client_revalidates_each_time(live: Live) -> None:
    token = await live.register("ada")
    signed_in = {"authorization": f"Bearer {token}"}

    mine = await get(live, USERS, **signed_in)
    again = await get(live, USERS, if_none_match=mine.headers["etag"], **signed_in)
    with_cookie = await get(live, USERS, cookie="a=b")

    assert mine.headers["cache-control"] == "private, no-cache"
    assert with_cookie.headers["cache-control"] == "private, no-cache"
    assert again.status_code == 304


@pytest.mark.parametrize(
    "text",
    [
        "{ __typename }",
        "{ viewer { user { email } } }",
        "{ users { nodes { handle email } } }",
        "{ users(first: -1) { nodes { handle } } }",
        "{ nope }",
        "{ users { nodes { handle } } auditLog { nodes { id } } }",
    ],
)
async def test_other_responses_are_not_cached(live: Live, text: str) -> None:
    token = await live.register("ada")

    for headers in ({}, {"authorization": f"Bearer {token}"}):
        response = await get(live, text, **headers)

        assert response.headers["cache-control"] == "no-store"
        assert "etag" not in response.headers


async def test_a_response_to_a_post_or_with_its_cost_is_not_cached(live: Live) -> None:
    posted = await live.post(USERS)
    with_cost = await get(live, USERS, x_questpath_cost="1")

    assert (posted.headers["cache-control"], with_cost.headers["cache-control"]) == ("no-store", "no-store")


async def test_head_is_get_without_the_body(live: Live) -> None:
    options: dict[str, Any] = {"params": {"query": USERS}}

    got = await live.client.get("/graphql", **options)
    head = await live.client.head("/graphql", **options)
    mutation = await live.client.head("/graphql", params={"query": "mutation { logout { signedOut } }"})

    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "cache-control", "vary"):
        assert head.headers[name] == got.headers[name]
    assert (mutation.status_code, mutation.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, False),
        (b'"a"', True),
        (b'W/"a"', True),
        (b'"b" , "a"', True),
        (b"*", True),
        (b"a", False),
        (b'"A"', False),
        (b"", False),
    ],
)
def test_if_none_match_is_compared_weakly(condition: bytes | None, expected: bool) -> None:
    assert etag_matches(condition, b'"a"') is expected
