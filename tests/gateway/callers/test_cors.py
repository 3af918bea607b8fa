"""CORS: what pages of allowed and of other origins may send and read."""

from typing import Any

import pytest
from starlette.types import Message

from gateway.callers import origins
from gateway.callers.cors import Cors
from gateway.callers.origins import Origins
from gateway.settings.environment import SettingsError, read
from tests.gateway.conftest import Live, running

APP = "https://app.example.org"
HELLO = {"query": "{ __typename }"}
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"origins": [APP, "https://admin.example.org:8443"]}


async def test_a_preflight_from_an_allowed_origin_gets_what_it_may_send(live: Live) -> None:
    response = await live.client.options("/graphql", headers=PREFLIGHT | {"origin": APP})

    assert (response.status_code, response.content) == (204, b"")
    headers = response.headers
    assert headers["access-control-allow-origin"] == APP
    assert headers["access-control-allow-credentials"] == "true"
    assert headers["access-control-max-age"] == "7200"
    assert headers["access-control-allow-methods"] == "GET, HEAD, POST"
    assert {"authorization", "content-type", "graphql-require-preflight"} <= {
        *headers["access-control-allow-headers"].split(", ")
    }
    assert "origin" in headers["vary"]


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
async def test_origins_are_compared_exactly(live: Live, origin: str) -> None:
    preflight = await live.client.options("/graphql", headers=PREFLIGHT | {"origin": origin})
    post = await live.client.post("/graphql", json=HELLO, headers={"origin": origin})

    for response in (preflight, post):
        assert not [name for name in response.headers if name.startswith("access-control")]
        assert "origin" in response.headers["vary"]


LOOPBACK = ["http://localhost:5173", "http://127.0.0.1:3000", "https://localhost", "http://localhost:80"]


@pytest.mark.parametrize("env", ["development", "production"])
async def test_pages_of_this_machine_are_allowed_on_every_port_in_development_alone(
    database_url: str, env: str
) -> None:
    async with running(database_url, env=env, secret="x9" * 20) as live:
        for origin in LOOPBACK:
            preflight = await live.client.options("/graphql", headers=PREFLIGHT | {"origin": origin})
            post = await live.client.post("/graphql", json=HELLO, headers={"origin": origin})

            for response in (preflight, post):
                granted = response.headers.get("access-control-allow-origin")
                assert granted == (origin if env == "development" else None)


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost.evil.example",
        "http://evil.example:5173",
        "http://127.0.0.1.evil.example",
        "http://localhost:5173/",
        "http://localhost:0",
        "http://localhost@evil.example",
        "http://127.0.0.10",
        "ftp://localhost",
        "null",
    ],
)
def test_other_origins_are_not_of_this_machine(origin: str) -> None:
    assert not Origins(loopback=True).allows(origin.encode())


async def test_a_refused_origin_is_logged_once_a_minute_with_the_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logged: list[dict[str, Any]] = []
    now = [0.0]
    monkeypatch.setattr(origins, "_log", Log(logged))
    refusing = Origins([APP], clock=lambda: now[0])
    evil = {b"origin": b"https://evil.example", b"host": b"api.example.org"}
    cors = Cors(refusing)

    for headers in (
        evil,
        evil,
        {b"origin": APP.encode()},
        {b"origin": b"https://api.example.org", b"host": evil[b"host"]},
    ):
        cors.wrap(headers, nothing)
    now[0] = origins.LOGGED_EVERY_S
    cors.wrap(evil, nothing)
    cors.wrap({b"origin": b"https://forged.example/\n"}, nothing)

    assert [(line["event"], line["origin"], line["setting"]) for line in logged] == [
        ("origin_refused", "https://evil.example", "QUESTPATH_ORIGINS"),
        ("origin_refused", "https://evil.example", "QUESTPATH_ORIGINS"),
        ("origin_refused", "unreadable", "QUESTPATH_ORIGINS"),
    ]


class Log:
    """Collects lines."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self._lines = lines

    def warning(self, event: str, **values: Any) -> None:
        self._lines.append({"event": event} | values)


async def nothing(_message: Message) -> None:
    """Send nothing."""


async def test_an_allowed_origin_can_read_every_response(live: Live) -> None:
    client, page = live.client, {"origin": APP}

    responses = [
        await client.post("/graphql", json=HELLO, headers=page),
        await client.get("/graphql", params=HELLO, headers=page),
        await client.post("/graphql", content=b"nonsense", headers=page),
        await client.post("/graphql", json=HELLO, headers=page | {"authorization": "Bearer nonsense"}),
        await client.put("/graphql", headers=page),
        await client.post("/graphql", json=HELLO, headers=page | {"accept": "text/event-stream"}),
    ]

    assert [response.status_code for response in responses] == [200, 200, 415, 401, 405, 200]
    for response in responses:
        assert response.headers["access-control-allow-origin"] == APP
        assert response.headers["access-control-allow-credentials"] == "true"
        assert "x-request-id" in response.headers["access-control-expose-headers"]


async def test_options_without_a_preflight_lists_the_methods(live: Live) -> None:
    for headers in ({}, {"origin": APP}, PREFLIGHT):
        response = await live.client.options("/graphql", headers=headers)

        assert (response.status_code, response.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
        assert "access-control-allow-methods" not in response.headers


@pytest.mark.parametrize(
    "origin",
    ["*", "null", "app.example.org", "https://app.example.org/", "https://a.b/c", "https://*.b", "ftp://a.b"],
)
def test_a_malformed_origin_in_the_settings_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, origin: str
) -> None:
    monkeypatch.setenv("QUESTPATH_ORIGINS", f"{APP},{origin}")

    with pytest.raises(SettingsError, match="QUESTPATH_ORIGINS"):
        read()
