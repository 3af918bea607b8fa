"""The gateway as a server on a loopback port, in the event loop of the test."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from gateway.app import Application, application
from gateway.processes.server import Server
from gateway.settings.environment import Settings
from resolvers.live.board_feed import BoardFeed
from tests.support.patience import PATIENCE_S

REGISTER = """mutation ($input: RegisterInput!) {
  register(input: $input) { user { id handle } accessToken refreshToken userErrors { __typename } }
}"""


PLENTY = {
    f"rate_{name}": 1_000_000
    for name in (
        *("reads", "writes", "generation", "cost", "cost_restore", "login", "register", "reset"),
        *("address_reads", "address_cost", "address_cost_restore", "preparation"),
    )
} | {"shed_wait_ms": 10_000}
"""Limits that no test reaches by accident, on a slow machine neither."""


@dataclass
class Live:
    """A running gateway: its address, and a client of it."""

    app: Application
    url: str
    client: httpx.AsyncClient
    server: Server

    async def post(self, text: str, *, token: str | None = None, **variables: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return await self.client.post(
            "/graphql", json={"query": text, "variables": variables}, headers=headers
        )

    async def register(self, handle: str) -> str:
        """Create an account and return its access token."""
        new = {
            "email": f"{handle}@example.org",
            "password": "correct horse battery",
            "handle": handle,
            "displayName": handle,
        }
        response = await self.post(REGISTER, input=new)
        token: str = response.json()["data"]["register"]["accessToken"]
        return token


@pytest.fixture
def overrides() -> dict[str, Any]:
    """Settings that differ from the defaults; a test module may override this fixture."""
    return {}


@pytest.fixture
async def live(database_url: str, overrides: dict[str, Any]) -> AsyncIterator[Live]:
    async with running(database_url, **overrides) as started:
        yield started


@pytest.fixture
async def board(live: Live) -> Live:
    """The gateway with a board feed that does not make tests wait."""
    live.app.pipeline.ports.boards = BoardFeed(interval_s=0.01, tick_s=0.2)
    return live


@asynccontextmanager
async def running(database_url: str, *, with_worker: bool = False, **overrides: Any) -> AsyncIterator[Live]:
    """Run a gateway until the end of the block; a test may run several on one database."""
    listener = socket.create_server(("127.0.0.1", 0))
    ready = asyncio.Event()
    settings = Settings(**PLENTY | {"drain_grace_s": 0} | overrides)
    async with application(settings, database_url, with_worker=with_worker) as app:
        server = Server(app.asgi, on_ready=ready.set, bounds=settings.bounds, drain=app.pipeline.drain)
        serving = asyncio.create_task(server.serve([listener]))
        await asyncio.wait_for(ready.wait(), PATIENCE_S)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S) as client:
            yield Live(app, url, client, server)
        server.should_exit = True
        await serving
