"""Pools of connections that a test makes, with a clock that it moves."""

from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from persistence.connection_pool import Pool

TIMEOUT_S = 5.0
MakePool = Callable[[int], Pool]
"""Makes a pool of at most so many connections, whose callers time out after `TIMEOUT_S`."""


@pytest.fixture
def pool_clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The clock of every pool; it stands still until a test moves it."""
    clock = SimpleNamespace(now=1_000.0)
    for module in ("connection_pool", "pooling.connection_lifetimes"):
        monkeypatch.setattr(f"persistence.{module}.monotonic", lambda: clock.now)
    return clock


@pytest.fixture
async def make_pool(database_url: str) -> AsyncIterator[MakePool]:
    """Makes pools, which are closed at the end with all of their connections."""
    pools: list[Pool] = []
    opened: list[asyncpg.Connection[Any]] = []

    async def open_connection() -> "asyncpg.Connection[Any]":
        opened.append(await asyncpg.connect(database_url))
        return opened[-1]

    def make_pool(largest: int) -> Pool:
        pools.append(Pool(open_connection, largest=largest, timeout_s=TIMEOUT_S))
        return pools[-1]

    yield make_pool
    for pool in pools:
        await pool.close()
    for connection in opened:
        connection.terminate()
