"""Connection settings: what every connection to Postgres is opened with, codecs included."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import asyncpg
import orjson

CONNECT_S = 4.0
"""How many seconds a host may take to accept a connection; the next of several should get its turn in an operation."""
_SETTINGS = {
    "jit": "off",
    "enable_seqscan": "off",
    "pg_trgm.word_similarity_threshold": "0.4",  # a word of seven letters with two that have changed places
    "random_page_cost": "1.1",  # the data is on flash or in memory
    "idle_in_transaction_session_timeout": "1min",  # a process that hangs in a transaction keeps its locks no longer
    "plan_cache_mode": "force_generic_plan",  # every list is bounded and every key indexed: a custom plan gains nothing
}
_IDENTITY = {"timezone": "UTC", "application_name": "questpath"}
"""Settings that a pooler between us and Postgres keeps apart for each client."""
_STATED = """
    SELECT name, setting FROM unnest($1::text[]) AS name, current_setting(name, true) AS setting
"""


class Address(NamedTuple):
    """Where a database is, and what lies before it.

    Behind a pooler (PgBouncer in transaction mode) the next transaction may run on another connection of Postgres. The
    pooler refuses the settings of a session, so it has to set them itself; `prepares` is false where it does not follow
    prepared statements either.
    """

    url: str
    is_pooler: bool = False
    prepares: bool = True


def opener(
    address: str | Address, *, statement_deadline_s: float, lock_wait_s: float, connect_s: float = CONNECT_S
) -> "Callable[[], Awaitable[asyncpg.Connection[Any]]]":
    """Return the function that opens a connection to the database at an address.

    It raises TimeoutError after `connect_s` seconds. Postgres cancels a statement that runs for longer than the
    deadline, or waits longer than that for a lock; behind a pooler the pooler sets both. Opening raises InterfaceError
    where it does not set what statements need.
    """
    url, is_pooler, prepares = Address(address) if isinstance(address, str) else address
    session = (
        _IDENTITY
        if is_pooler
        else _IDENTITY
        | _SETTINGS
        | {
            "statement_timeout": _milliseconds(statement_deadline_s),
            "lock_timeout": _milliseconds(lock_wait_s),
        }
    )
    plain_url = url.replace("postgresql+asyncpg://", "postgresql://")

    async def open_connection() -> "asyncpg.Connection[Any]":
        connection = await asyncpg.connect(
            plain_url,
            timeout=connect_s,
            statement_cache_size=1_000 if prepares else 0,
            server_settings=session,
        )
        try:
            if is_pooler:
                await _check(connection)
            await _prepare(connection)
        except BaseException:
            connection.terminate()
            raise
        return connection

    return open_connection


async def _check(connection: "asyncpg.Connection[Any]") -> None:
    """Refuse a pooler that leaves out the settings of sessions: other plans may take a hundred times as long."""
    stated = dict(await connection.fetch(_STATED, [*_SETTINGS, "statement_timeout", "lock_timeout"]))
    wrong = [name for name, value in _SETTINGS.items() if stated[name] != value]
    wrong += [name for name in ("statement_timeout", "lock_timeout") if stated[name] == "0"]
    if wrong:
        raise asyncpg.InterfaceError(f"the pooler's connect_query has to set {', '.join(wrong)}")


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
