"""What browsers are told with every answer, whoever gives it and whatever it says."""

from typing import Any

import httpx
import pytest

from tests.gateway.conftest import Live, running

HTML = {"accept": "text/html"}
HELLO = {"query": "{ __typename }"}
EVIL = {"origin": "https://evil.example"}
APP = "https://app.example.org"
PRODUCTION: dict[str, Any] = {"env": "production", "secret": "x9" * 20, "origins": [APP]}


async def answers(live: Live) -> dict[str, httpx.Response]:
    """Ask for one answer of each kind, good and bad."""
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
        "wrong method": await client.post("/health/live"),
    }


async def test_no_answer_is_guessed_at_framed_or_told_of_elsewhere(live: Live) -> None:
    for kind, response in (await answers(live)).items():
        policy = response.headers["content-security-policy"]

        assert policy.startswith("default-src 'none'"), kind
        assert "base-uri 'none'" in policy, kind
        assert "frame-ancestors 'none'" in policy, kind
        assert ("sandbox" in policy) == (kind != "page"), kind
        assert response.headers["x-content-type-options"] == "nosniff", kind
        assert response.headers["referrer-policy"] == "no-referrer", kind
        assert len(response.headers.get_list("content-security-policy")) == 1, kind


async def test_browsers_are_told_to_use_tls_for_a_year_in_production_alone(database_url: str) -> None:
    async with running(database_url) as development, running(database_url, **PRODUCTION) as production:
        for kind, response in (await answers(development)).items():
            assert "strict-transport-security" not in response.headers, kind
        for kind, response in (await answers(production)).items():
            told = response.headers["strict-transport-security"]
            assert told == "max-age=31536000; includeSubDomains", kind


async def test_nothing_personal_is_kept_by_a_cache(live: Live) -> None:
    token = await live.register("ada")

    mine = await live.post("{ viewer { user { email } } }", token=token)
    bad = await live.post("{ viewer { user { email } } }", token="nonsense")

    assert (mine.headers["cache-control"], bad.headers["cache-control"]) == ("no-store", "no-store")


async def test_no_page_of_another_origin_may_read_an_answer(database_url: str) -> None:
    async with running(database_url, **PRODUCTION) as live:
        plain = await live.client.post("/graphql", json=HELLO, headers=EVIL)
        preflight = await live.client.options(
            "/graphql", headers=EVIL | {"access-control-request-method": "POST"}
        )

    for response in (plain, preflight):
        assert "access-control-allow-origin" not in response.headers
        assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_a_form_can_send_is_not_taken(live: Live, kind: str) -> None:
    response = await live.client.post(
        "/graphql", content=b'{"query": "{ __typename }"}', headers={"content-type": kind}
    )

    assert response.status_code == 415


async def test_every_answer_says_what_it_is(live: Live) -> None:
    for kind, response in (await answers(live)).items():
        media, _, parameter = response.headers["content-type"].partition("; ")

        assert media.endswith("json") or parameter == "charset=utf-8", kind
        if media.endswith("json"):
            response.json()


@pytest.mark.parametrize("path", ["/graphiql/", "/graphiql", "/", "/.git/config", "/exports/"])
async def test_there_is_nothing_beside_what_is_meant(live: Live, path: str) -> None:
    assert (await live.client.get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/graphql", "/health/live", "/.well-known/jwks.json"])
async def test_trace_is_not_answered(live: Live, path: str) -> None:
    response = await live.client.request("TRACE", path, headers={"x-secret": "echo me"})

    assert response.status_code == 405
    assert "echo me" not in response.text
