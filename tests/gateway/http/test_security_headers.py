"""Security headers: every response has them, whatever handles the request."""

from typing import Any

import httpx
import pytest

from tests.gateway.conftest import Live, running

HTML = {"accept": "text/html"}
HELLO = {"query": "{ __typename }"}
EVIL = {"origin": "https://evil.example"}
APP = "https://app.example.org"
PRODUCTION: dict[str, Any] = {"env": "production", "secret": "x9" * 20, "origins": [APP]}


async def responses(live: Live) -> dict[str, httpx.Response]:
    """Return one response of each kind, successful and refused."""
    client = live.client
    return {
        "data": await client.post("/graphql", json=HELLO),
        "refusal": await client.post("/graphql", content=b"nonsense"),
        "method": await client.put("/graphql"),
        "page": await client.get("/graphql", headers=HTML),
        "asset": await client.get("/graphiql/graphiql.js"),
        "missing": await client.get("/nothing/here"),
        "live": await client.get("/health/live"),
        "ready": await client.get("/health/ready"),
        "keys": await client.get("/.well-known/jwks.json"),
        "export": await client.get("/exports/export_1?expires=1&signature=1"),
        "unsubscribe link": await client.get("/unsubscribe/weekly-digest/user_1?signature=1"),
        "wrong method": await client.post("/health/live"),
        "options": await client.options("/graphql"),
        "missing guide": await client.get("/docs/nothing.md"),
        "missing asset": await client.get("/graphiql/nothing.js"),
    }


async def test_every_response_forbids_sniffing_framing_and_referrers(live: Live) -> None:
    for kind, response in (await responses(live)).items():
        policy = response.headers["content-security-policy"]

        assert policy.startswith("default-src 'none'"), kind
        assert "base-uri 'none'" in policy, kind
        assert "frame-ancestors 'none'" in policy, kind
        assert ("sandbox" in policy) == (kind != "page"), kind
        assert response.headers["x-content-type-options"] == "nosniff", kind
        assert response.headers["x-frame-options"] == "DENY", kind
        assert response.headers["referrer-policy"] == "no-referrer", kind
        assert response.headers["cross-origin-resource-policy"] == "same-origin", kind
        assert len(response.headers.get_list("content-security-policy")) == 1, kind


async def test_strict_transport_security_is_sent_only_in_production(database_url: str) -> None:
    async with running(database_url) as development, running(database_url, **PRODUCTION) as production:
        for kind, response in (await responses(development)).items():
            assert "strict-transport-security" not in response.headers, kind
        for kind, response in (await responses(production)).items():
            header = response.headers["strict-transport-security"]
            assert header == "max-age=31536000; includeSubDomains", kind


async def test_personal_responses_are_not_cached(live: Live) -> None:
    token = await live.register("ada")

    mine = await live.post("{ viewer { user { email } } }", token=token)
    bad = await live.post("{ viewer { user { email } } }", token="nonsense")

    assert (mine.headers["cache-control"], bad.headers["cache-control"]) == ("no-store", "no-store")


async def test_no_page_of_another_origin_may_read_a_response(database_url: str) -> None:
    async with running(database_url, **PRODUCTION) as live:
        plain = await live.client.post("/graphql", json=HELLO, headers=EVIL)
        preflight = await live.client.options(
            "/graphql", headers=EVIL | {"access-control-request-method": "POST"}
        )

    for response in (plain, preflight):
        assert "access-control-allow-origin" not in response.headers
        assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_content_types_that_a_form_can_send_are_refused(live: Live, kind: str) -> None:
    response = await live.client.post(
        "/graphql", content=b'{"query": "{ __typename }"}', headers={"content-type": kind}
    )

    assert response.status_code == 415


async def test_every_response_has_a_content_type(live: Live) -> None:
    for kind, response in (await responses(live)).items():
        if kind == "options":
            continue
        media, _, parameter = response.headers["content-type"].partition("; ")

        assert media.endswith("json") or parameter == "charset=utf-8", kind
        if media.endswith("json"):
            response.json()


@pytest.mark.parametrize("path", ["/graphiql/", "/graphiql", "/docs/", "/.git/config", "/exports/"])
async def test_other_paths_are_not_found(live: Live, path: str) -> None:
    assert (await live.client.get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/graphql", "/health/live", "/.well-known/jwks.json"])
async def test_trace_is_refused(live: Live, path: str) -> None:
    response = await live.client.request("TRACE", path, headers={"x-secret": "echo me"})

    assert response.status_code == 405
    assert "echo me" not in response.text
