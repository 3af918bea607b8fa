"""Connection settings: what every connection to Postgres is opened with, codecs included."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import orjson

CONNECT_S = 60.0
"""How many seconds a connection may take to open."""
_SETTINGS = {
    "timezone": "UTC",
    "application_name": "questpath",
    "jit": "off",
    "enable_seqscan": "off",
    "pg_trgm.word_similarity_threshold": "0.4",  # a word of seven letters with two that have changed places
    "random_page_cost": "1.1",  # the data is on flash or in memory
    "plan_cache_mode": "force_generic_plan",  # every list is bounded and every key indexed: a custom plan gains nothing
}


def opener(
    url: str, *, statement_deadline_s: float, lock_wait_s: float, connect_s: float = CONNECT_S
) -> "Callable[[], Awaitable[asyncpg.Connection[Any]]]":
    """Return the function that opens a connection to the database at `url`.

    It raises TimeoutError after `connect_s` seconds. Postgres cancels a statement that runs for longer than the
    deadline, or waits longer than that for a lock.
    """
    session = _SETTINGS | {
        "statement_timeout": _milliseconds(statement_deadline_s),
        "lock_timeout": _milliseconds(lock_wait_s),
    }
    address = url.replace("postgresql+asyncpg://", "postgresql://")

    async def open_connection() -> "asyncpg.Connection[Any]":
        connection = await asyncpg.connect(
            address, statement_cache_size=1_000, server_settings=session, timeout=connect_s
        )
        await _prepare(connection)
        return connection

    return open_connection


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1_000)))


async def _prepare(connection: "asyncpg.Connection[Any]") -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind,
            schema="pg_catalog",
            encoder=lambda value: orjson.dumps(value).decode(),
            decoder=orjson.loads,
        )
