"""`python -m bench.logins`: latency of a reader while a hundred accounts sign in at once.

One server process in the strict profile shares all processors of the machine with Postgres and this client. A reader
sends a query for one row every ten milliseconds, first alone, then during a hundred logins to a hundred accounts.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bench import dataset, machine_speed, smoke
from bench.http_client import percentile
from bench.servers import OURS, ServerError, running
from bench.shapes import shapes
from bench.sizes import SMOKE
from bench.smoke import MissingFigureError
from domain.accounts.users import NewUser, Role
from domain.ids import UserId
from domain.unit_of_work import Meter
from gateway.authentication.password_hashing import MEMORY_KIB, PASSES, Argon2Passwords
from gateway.databases.postgres_binaries import DatabaseUnavailableError
from gateway.secrets_and_ids import mint
from persistence.database import connect
from persistence.signals import LocalSignals
from persistence.work import Postgres

TARGET_MS = 250
_EVERY_S = 0.01
_PASSWORD = "seven quiet lighthouses"
_READ = {"query": '{ user(by: {handle: "person0"}) { displayName level } }'}
_LOGIN = """mutation ($input: LoginInput!) {
  login(input: $input) { accessToken userErrors { ... on UserError { code } } }
}"""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many accounts sign in, how often, and how long the reader is alone."""

    accounts: int = 100
    rounds: int = 3
    alone_s: float = 3.0


_SMOKE_PLAN = Plan(accounts=4, rounds=1, alone_s=0.3)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.logins", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="four accounts; check that figures come out")
    arguments = parser.parse_args()
    plan = _SMOKE_PLAN if arguments.smoke else Plan()
    with dataset.running(SMOKE) as url:
        asyncio.run(_add_accounts(url, plan.accounts))
        print(f"The machine: {machine_speed.measure(url).line()}")
        with running([OURS], url, dataset.FOLDER, shapes(SMOKE)[0], core=None) as (server,):
            figures = asyncio.run(_measure(server.port, plan))
    if arguments.smoke:
        print(f"{smoke.check_figures(figures)} figures")


async def _measure(port: int, plan: Plan) -> dict[str, float]:
    print(f"Argon2id {MEMORY_KIB // 1024} MiB, {PASSES} passes, one lane; {os.cpu_count()} processors")
    await _ask(port, _READ)
    alone, _ = await _read_during(port, asyncio.sleep(plan.alone_s))
    print(
        f"reader alone:        p50 {percentile(alone, 0.5):6.1f} ms   p99 {percentile(alone, 0.99):6.1f} ms"
    )
    latencies: list[float] = []
    for _ in range(plan.rounds):
        began = time.perf_counter()
        reads, logins = await _read_during(port, _sign_in_all(port, plan.accounts))
        seconds = time.perf_counter() - began
        latencies += reads
        print(
            f"with {plan.accounts} logins:     p50 {percentile(reads, 0.5):6.1f} ms   "
            f"p99 {percentile(reads, 0.99):6.1f} ms   longest {max(reads):6.1f} ms   ({len(reads)} reads)   "
            f"logins: all in {seconds:.1f} s, p50 {percentile(logins, 0.5) / 1_000:.1f} s"
        )
    p99 = percentile(latencies, 0.99)
    print(f"p99 of all reads {p99:.1f} ms, target {TARGET_MS} ms: {'kept' if p99 < TARGET_MS else 'MISSED'}")
    return {"alone_p99_ms": percentile(alone, 0.99), "p99_ms": p99, "logins_p50_ms": percentile(logins, 0.5)}


async def _sign_in_all(port: int, accounts: int) -> list[float]:
    return await asyncio.gather(*(_sign_in(port, number) for number in range(accounts)))


async def _sign_in(port: int, number: int) -> float:
    credentials = {"email": f"person{number}@example.org", "password": _PASSWORD}
    milliseconds, answer = await _ask(port, {"query": _LOGIN, "variables": {"input": credentials}})
    assert answer["data"]["login"]["userErrors"] == [], answer
    return milliseconds


async def _read_during(port: int, work: Awaitable[Any]) -> tuple[list[float], Any]:
    """Send a read every ten milliseconds, whether or not the last answer came, until the work is done."""
    running_work = asyncio.ensure_future(work)
    reads: list[asyncio.Task[tuple[float, Any]]] = []
    while not running_work.done():
        reads.append(asyncio.create_task(_ask(port, _READ)))
        await asyncio.sleep(_EVERY_S)
    answers = await asyncio.gather(*reads)
    assert all(answer["data"]["user"] for _, answer in answers)
    return [milliseconds for milliseconds, _ in answers], await running_work


async def _ask(port: int, request: dict[str, Any]) -> tuple[float, Any]:
    """Send a request on a new connection; return the milliseconds and the answer."""
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


async def _add_accounts(url: str, accounts: int) -> None:
    """Store accounts with one password for all."""
    password_hash = await Argon2Passwords().hash(_PASSWORD)
    async with connect(url) as database, Postgres(database, LocalSignals()).open_work(Meter()) as work:
        for number in range(accounts):
            await work.users.add(_account(number, password_hash))


def _account(number: int, password_hash: str) -> NewUser:
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


if __name__ == "__main__":
    try:
        main()
    except (ServerError, MissingFigureError, DatabaseUnavailableError) as error:
        sys.exit(f"bench: {error}")
