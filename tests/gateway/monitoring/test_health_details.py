"""Health details: what operators see of everything that a process depends on, alive, dead or silent."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.databases import migrations
from gateway.monitoring import probes
from gateway.monitoring.health_details import DEADLINE_S, FRESH_S
from tests.gateway.conftest import Live, running
from tests.support.servers.blockable_proxy import BlockableProxy
from tests.support.servers.gateway import free_port
from tests.support.servers.smtp import mail_server

TOKEN = "a token that reads metrics"
ALLOWANCE_S = 30
"""What a busy machine may add to the deadline of the probes."""
SECRETS = {
    "smtp_url": "smtp://canary-user:canary-password@127.0.0.1:%d",
    "google_client_secret": "canary-google",
    "ai_keys": {"main": "canary-key"},
}


@asynccontextmanager
async def web_server(status: int = 200) -> AsyncIterator[str]:
    """Answer every request with a status, without a body."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status} .\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def silent_server() -> AsyncIterator[int]:
    """Accept connections, and say nothing."""

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def depending_on(*, smtp: int, issuer: str, models: str, traces: str) -> dict[str, Any]:
    return {
        "metrics_token": TOKEN,
        "smtp_url": SECRETS["smtp_url"] % smtp,
        "google_client_id": "client",
        "google_client_secret": SECRETS["google_client_secret"],
        "google_redirect_uris": ["https://app.example.org"],
        "google_issuer": issuer,
        "ai_providers": {"main": f"openai+{models}"},
        "ai_keys": SECRETS["ai_keys"],
        "otel_exporter_otlp_endpoint": traces,
    }


async def details(live: Live) -> httpx.Response:
    return await live.client.get("/health/details", headers={"authorization": f"Bearer {TOKEN}"})


def states(response: httpx.Response) -> dict[str, str]:
    return {name: part["state"] for name, part in response.json()["parts"].items()}


async def test_everything_that_answers_is_up(database_url: str, redis_url: str, tmp_path: Path) -> None:
    async with mail_server() as inbox, web_server() as web, web_server(404) as traces:
        named = depending_on(smtp=inbox.port, issuer=web, models=web, traces=traces)
        async with running(database_url, redis_url=redis_url, data=tmp_path, **named) as live:
            response = await details(live)

    body = response.json()
    assert (response.status_code, body["status"]) == (200, "healthy")
    assert {name: state for name, state in states(response).items() if state != "up"} == {
        "read_replicas": "unset"
    }
    assert body["parts"].keys() >= {
        "postgres",
        "redis",
        "mail_server",
        "identity_provider",
        "trace_collector",
    }
    assert body["parts"].keys() >= {"ai_provider main", "data_disk", "files_disk", "memory"}
    assert body["parts"]["postgres"]["migration"] == migrations.newest()
    assert body["parts"]["postgres"]["latency_ms"] > 0
    assert body["parts"]["data_disk"]["total_bytes"] > body["parts"]["data_disk"]["free_bytes"] > 0
    assert body["parts"]["memory"]["process_bytes"] > 10_000_000
    assert body["versions"].keys() >= {"questpath", "python", "asyncpg"}
    assert body["circuit_breakers"]["mail_server"] == {"OPEN": 0, "HALF_OPEN": 0}
    assert body["service"]["DATABASE"] == "OPERATIONAL"
    assert not inbox.arrived


async def test_what_does_not_answer_is_down_and_hides_nothing_else(database_url: str) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    async with silent_server() as silent, web_server(503) as broken:
        named = depending_on(smtp=silent, issuer=broken, models=dead, traces=dead)
        async with running(database_url, **named) as live:
            began = time.monotonic()
            response = await details(live)
            took = time.monotonic() - began

    parts = response.json()["parts"]
    assert response.status_code == 200
    assert states(response) == states(response) | {
        "postgres": "up",
        "redis": "unset",
        "mail_server": "down",
        "identity_provider": "down",
        "ai_provider main": "down",
        "trace_collector": "down",
    }
    assert parts["mail_server"]["error"] == "No answer within 2 seconds."
    assert parts["identity_provider"]["error"] == "The server answered 503."
    assert parts["trace_collector"]["error"] == "ConnectError"
    assert DEADLINE_S <= took < DEADLINE_S + ALLOWANCE_S
    assert "canary" not in response.text


async def test_without_postgres_the_answer_is_503_with_all_details(database_url: str) -> None:
    async with (
        BlockableProxy(database_url).running() as proxy,
        running(proxy.url, metrics_token=TOKEN) as live,
    ):
        proxy.block()
        response = await details(live)
        proxy.unblock()

    assert response.status_code == 503
    assert response.json()["status"] == "unhealthy"
    assert states(response)["postgres"] == "down"
    assert states(response)["memory"] == "up"


async def test_many_requests_ask_the_dependencies_once(database_url: str) -> None:
    async with running(database_url, metrics_token=TOKEN) as live:
        answers = await asyncio.gather(*(details(live) for _ in range(20)))

    assert len({answer.json()["parts"]["postgres"]["latency_ms"] for answer in answers}) == 1
    assert FRESH_S >= 1


@pytest.mark.parametrize("given", [None, "Bearer wrong"])
async def test_details_need_the_token(database_url: str, given: str | None) -> None:
    async with running(database_url, metrics_token=TOKEN) as live:
        headers = {} if given is None else {"authorization": given}
        refused = await live.client.get("/health/details", headers=headers)

    assert refused.status_code == 401


async def test_without_a_token_there_are_no_details_on_the_public_port(database_url: str) -> None:
    async with running(database_url) as live:
        response = await live.client.get("/health/details")

    assert response.status_code == 404


async def test_the_port_for_metrics_answers_details_without_a_token(database_url: str) -> None:
    port = free_port()
    async with running(database_url, metrics_port=port, metrics_token=TOKEN), httpx.AsyncClient() as client:
        response = await client.get(f"http://127.0.0.1:{port}/health/details")

    assert response.json()["status"] == "healthy", response.text


def test_a_disk_with_less_than_a_tenth_left_is_low(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = type("Usage", (), {"total": 100, "free": 9})
    monkeypatch.setattr(probes.shutil, "disk_usage", lambda _: usage)

    found = probes.disk(tmp_path / "not" / "there")

    assert found == {"state": "low", "total_bytes": 100, "free_bytes": 9}
