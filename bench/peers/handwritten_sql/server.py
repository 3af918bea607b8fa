"""Hand-written SQL that writes the response as JSON, behind a bare ASGI application; no rules, no log."""

import os
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import orjson
import uvicorn

from bench.peers.handwritten_sql import statements

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Answer = Callable[["asyncpg.Pool[Any]", str, dict[str, Any]], Awaitable[bytes]]


class Application:
    """Reads the operation's name and its variables; the caller's id is taken from the header unchecked."""

    def __init__(self) -> None:
        self._pool: asyncpg.Pool[Any]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        request = orjson.loads((await receive())["body"])
        user_id = dict(scope["headers"])[b"authorization"][7:].decode()
        answer = ANSWERS[request["operationName"]]
        body = b'{"data":%b}' % await answer(self._pool, user_id, request["variables"])
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._pool = await asyncpg.create_pool(
            os.environ["DATABASE_URL"],
            min_size=10,
            max_size=10,
            init=_prepare,
            reset=_no_reset,
            server_settings={"jit": "off"},
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})


async def _prepare(connection: "asyncpg.Connection[Any]") -> None:
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary"
    )


async def _no_reset(_connection: "asyncpg.Connection[Any]") -> None:
    """Return a connection to the pool without a round trip."""


async def _q0(_pool: "asyncpg.Pool[Any]", _user_id: str, _variables: dict[str, Any]) -> bytes:
    return b'{"__typename":"Query"}'


async def _q1(pool: "asyncpg.Pool[Any]", _user_id: str, variables: dict[str, Any]) -> bytes:
    return bytes(await pool.fetchval(statements.Q1, variables["id"]))


async def _q2(pool: "asyncpg.Pool[Any]", _user_id: str, _variables: dict[str, Any]) -> bytes:
    return bytes(await pool.fetchval(statements.Q2))


async def _q3(pool: "asyncpg.Pool[Any]", user_id: str, _variables: dict[str, Any]) -> bytes:
    return bytes(await pool.fetchval(statements.Q3, user_id))


async def _q4(pool: "asyncpg.Pool[Any]", _user_id: str, variables: dict[str, Any]) -> bytes:
    return bytes(await pool.fetchval(statements.Q4, variables["one"], variables["other"]))


async def _q5(pool: "asyncpg.Pool[Any]", user_id: str, _variables: dict[str, Any]) -> bytes:
    return bytes(await pool.fetchval(statements.Q5, user_id))


async def _m1(pool: "asyncpg.Pool[Any]", user_id: str, variables: dict[str, Any]) -> bytes:
    entry_id = f"xp_{secrets.token_hex(13).upper()}"
    return bytes(await pool.fetchval(statements.M1, variables["attemptId"], user_id, entry_id))


ANSWERS: dict[str, Answer] = {"Q0": _q0, "Q1": _q1, "Q2": _q2, "Q3": _q3, "Q4": _q4, "Q5": _q5, "M1": _m1}

if __name__ == "__main__":
    uvicorn.run(
        Application(),
        port=int(os.environ["BENCH_PORT"]),
        lifespan="on",
        log_level="warning",
        access_log=False,
    )
