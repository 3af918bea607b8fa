"""`python -m bench.logins`: what a hundred people who sign in at once cost the requests of everybody else.

One server process in the strict profile on all processors of the machine, which it shares with Postgres and this
client. A reader asks for one row every ten milliseconds, alone at first and then while a hundred logins of a hundred
accounts are under way. Takes half a minute.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from bench.servers import PLENTY
from domain.ids import UserId
from domain.users import NewUser, Role
from domain.work import Meter
from gateway.accounts.passwords import MEMORY_KIB, PASSES, Argon2Passwords
from gateway.databases import devdb, migrating
from gateway.security import mint
from persistence.engine import connect
from persistence.signals import LocalSignals
from persistence.work import Postgres

ROOT = Path(__file__).parent.parent
PEOPLE, ROUNDS, EVERY_S = 100, 3, 0.01
GOAL_MS = 250
_PASSWORD = "seven quiet lighthouses"
_READ = {"query": '{ user(by: {handle: "person0"}) { displayName level } }'}
_LOGIN = """mutation ($input: LoginInput!) {
  login(input: $input) { accessToken userErrors { ... on UserError { code } } }
}"""


async def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with devdb.running(Path(folder) / "postgres", durable=False) as server:
            url = await _prepare(server)
            async with _serving(url, Path(folder) / "server.log") as port:
                await _measure(port)


async def _measure(port: int) -> None:
    print(f"Argon2id {MEMORY_KIB // 1024} MiB, {PASSES} passes, one lane; {os.cpu_count()} processors")
    await _ask(port, _READ)
    alone, _ = await _read_while(port, asyncio.sleep(3))
    print(f"reader alone:        p50 {_share(alone, 0.5):6.1f} ms   p99 {_share(alone, 0.99):6.1f} ms")
    everything: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        reads, logins = await _read_while(port, _sign_everybody_in(port))
        seconds = time.perf_counter() - began
        everything += reads
        print(
            f"with {PEOPLE} logins:     p50 {_share(reads, 0.5):6.1f} ms   p99 {_share(reads, 0.99):6.1f} ms   "
            f"longest {max(reads):6.1f} ms   ({len(reads)} reads)   "
            f"logins: all in {seconds:.1f} s, p50 {_share(logins, 0.5) / 1_000:.1f} s"
        )
    p99 = _share(everything, 0.99)
    print(f"p99 of all reads {p99:.1f} ms, goal {GOAL_MS} ms: {'kept' if p99 < GOAL_MS else 'MISSED'}")


async def _sign_everybody_in(port: int) -> list[float]:
    return await asyncio.gather(*(_sign_in(port, number) for number in range(PEOPLE)))


async def _sign_in(port: int, number: int) -> float:
    given = {"email": f"person{number}@example.org", "password": _PASSWORD}
    milliseconds, answer = await _ask(port, {"query": _LOGIN, "variables": {"input": given}})
    assert answer["data"]["login"]["userErrors"] == [], answer
    return milliseconds


async def _read_while(port: int, work: Any) -> tuple[list[float], Any]:
    """Ask every ten milliseconds, whether or not the answer before has come, until the work is done."""
    running = asyncio.ensure_future(work)
    reads: list[asyncio.Task[tuple[float, Any]]] = []
    while not running.done():
        reads.append(asyncio.create_task(_ask(port, _READ)))
        await asyncio.sleep(EVERY_S)
    answers = await asyncio.gather(*reads)
    assert all(answer["data"]["user"] for _, answer in answers)
    return [milliseconds for milliseconds, _ in answers], await running


async def _ask(port: int, request: dict[str, Any]) -> tuple[float, Any]:
    """Send a request on a connection of its own; return the milliseconds and the answer."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps(request).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"connection: close\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    answer = await reader.read()
    milliseconds = (time.perf_counter() - began) * 1_000
    writer.close()
    return milliseconds, json.loads(answer.partition(b"\r\n\r\n")[2])


def _share(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def _prepare(server: str) -> str:
    """Make a database with a hundred people who have the same password."""
    connection = await asyncpg.connect(server)
    await connection.execute("CREATE DATABASE logins")
    await connection.close()
    url = f"{server.rpartition('/')[0]}/logins"
    await migrating.upgrade(url)
    password_hash = await Argon2Passwords().hash(_PASSWORD)
    async with connect(url) as database, Postgres(database, LocalSignals()).open_work(Meter()) as work:
        for number in range(PEOPLE):
            await work.users.add(_person(number, password_hash))
    return url


def _person(number: int, password_hash: str) -> NewUser:
    return NewUser(
        id=UserId(mint("user")),
        handle=f"person{number}",
        display_name=f"Person {number}",
        email=f"person{number}@example.org",
        password_hash=password_hash,
        time_zone="UTC",
        roles=[Role.LEARNER],
        joined_at=datetime.now(UTC),
    )


@asynccontextmanager
async def _serving(url: str, log: Path) -> AsyncIterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("QUESTPATH_", "REDIS_"))
    }
    settings = {
        "QUESTPATH_ENV": "production",
        "QUESTPATH_PORT": str(port),
        "QUESTPATH_SECRET": "a secret of this bench alone, which signs nothing else",
        "DATABASE_URL": url,
        **PLENTY,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli", "serve"],
            cwd=ROOT,
            env=kept | settings,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        await _until_ready(port, process, log)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


async def _until_ready(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            sys.exit(log.read_text("utf-8"))
        try:
            await _ask(port, _READ)
        except (OSError, ValueError):
            await asyncio.sleep(0.1)
        else:
            return
    sys.exit(f"The server does not answer; see {log}.")


if __name__ == "__main__":
    asyncio.run(main())
