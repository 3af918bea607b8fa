"""Pages of other origins: which may ask, what they may send and read, and what the rest gets."""

from typing import Any

import pytest

from gateway.settings.environment import SettingsError, read
from tests.gateway.conftest import Live

APP = "https://app.example.org"
HELLO = {"query": "{ __typename }"}
ASKS = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"origins": [APP, "https://admin.example.org:8443"]}


async def test_a_preflight_of_a_known_page_is_told_what_it_may_send(live: Live) -> None:
    response = await live.client.options("/graphql", headers=ASKS | {"origin": APP})

    assert (response.status_code, response.content) == (204, b"")
    told = response.headers
    assert told["access-control-allow-origin"] == APP
    assert told["access-control-allow-credentials"] == "true"
    assert told["access-control-max-age"] == "7200"
    assert told["access-control-allow-methods"] == "GET, HEAD, POST"
    assert {"authorization", "content-type", "graphql-require-preflight"} <= {
        *told["access-control-allow-headers"].split(", ")
    }
    assert "origin" in told["vary"]


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "*",
        "http://app.example.org",
        "https://app.example.org:443",
        "https://app.example.org/",
        "https://APP.example.org",
        "https://app.example.org.evil.example",
        "https://admin.example.org",
        "",
    ],
)
async def test_an_origin_is_known_exactly_or_not(live: Live, origin: str) -> None:
    preflight = await live.client.options("/graphql", headers=ASKS | {"origin": origin})
    answer = await live.client.post("/graphql", json=HELLO, headers={"origin": origin})

    for response in (preflight, answer):
        assert not [name for name in response.headers if name.startswith("access-control")]
        assert "origin" in response.headers["vary"]


async def test_a_known_page_reads_every_answer_also_a_refusal(live: Live) -> None:
    client, page = live.client, {"origin": APP}

    answers = [
        await client.post("/graphql", json=HELLO, headers=page),
        await client.get("/graphql", params=HELLO, headers=page),
        await client.post("/graphql", content=b"nonsense", headers=page),
        await client.post("/graphql", json=HELLO, headers=page | {"authorization": "Bearer nonsense"}),
        await client.put("/graphql", headers=page),
        await client.post("/graphql", json=HELLO, headers=page | {"accept": "text/event-stream"}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 415, 401, 405, 200]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == APP
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert "x-request-id" in answer.headers["access-control-expose-headers"]


async def test_options_that_are_no_preflight_say_what_there_is(live: Live) -> None:
    for headers in ({}, {"origin": APP}, ASKS):
        response = await live.client.options("/graphql", headers=headers)

        assert (response.status_code, response.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
        assert "access-control-allow-methods" not in response.headers


@pytest.mark.parametrize(
    "origin",
    ["*", "null", "app.example.org", "https://app.example.org/", "https://a.b/c", "https://*.b", "ftp://a.b"],
)
def test_a_setting_that_is_no_origin_stops_the_start(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("QUESTPATH_ORIGINS", f"{APP},{origin}")

    with pytest.raises(SettingsError, match="QUESTPATH_ORIGINS"):
        read()
