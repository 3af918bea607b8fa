"""`python -m bench.attacks`: latency of a reader while another address sends uncharged work.

One server process in the strict profile, with the default rate limits, shares all processors of the machine with
Postgres, an attacker and this client. Readers at other addresses send a query for one row every twenty milliseconds,
first alone, then during an attack of each kind. The attacker uses sixteen connections, or six websockets.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable
from typing import Any

from bench import attackers, dataset, machine_speed, smoke
from bench.http_client import percentile
from bench.servers import HIGH_RATES, OURS, ServerError, running
from bench.shapes import shapes
from bench.sizes import SMOKE
from bench.smoke import MissingFigureError
from gateway.databases.postgres_binaries import DatabaseUnavailableError
from gateway.settings.rate_limits import EXAMPLES

TARGET_MS = 100
READERS = [f"127.0.0.{number}" for number in range(2, 255)]
"""The addresses of readers, who have buckets of their own: on Linux, all of 127.0.0.0/8 is this machine itself."""
_EVERY_S = 0.02
_DEFAULTS = {name: EXAMPLES[name] for name in HIGH_RATES}
_READ = json.dumps({"query": '{ user(by: {handle: "person0"}) { displayName level } }'}).encode()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.attacks", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a moment of each; check that figures come out")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each attack (8)")
    parser.add_argument("kinds", nargs="*", help=f"some of: {', '.join(attackers.KINDS)}")
    arguments = parser.parse_args()
    seconds = 0.4 if arguments.smoke else arguments.seconds
    figures: dict[str, dict[str, float]] = {}
    with dataset.running(SMOKE) as url:
        print(f"The machine: {machine_speed.measure(url).line()}; {os.cpu_count()} processors")
        for kind in [None, *(arguments.kinds or attackers.KINDS)]:
            # A new server for each: what one attack left in the buckets would slow the next one down.
            with running([OURS], url, dataset.FOLDER, shapes(SMOKE)[0], core=None, settings=_DEFAULTS) as (
                server,
            ):
                figures[kind or "nobody"] = asyncio.run(_measure(server.port, kind, seconds))
    worst = max(figures, key=lambda kind: figures[kind]["p99_ms"])
    p99 = figures[worst]["p99_ms"]
    print(
        f"worst p99 {p99:.1f} ms ({worst}), target {TARGET_MS} ms: {'kept' if p99 < TARGET_MS else 'MISSED'}"
    )
    if arguments.smoke:
        print(f"{smoke.check_figures(figures)} figures")


async def _measure(port: int, kind: str | None, seconds: float) -> dict[str, float]:
    await _read(port, READERS[0])
    attack = asyncio.sleep(seconds, "") if kind is None else _attack(kind, port, seconds)
    reads, answers = await _read_during(port, attack)
    print(
        f"{kind or 'nobody':24} p50 {percentile(reads, 0.5):6.1f} ms   p99 {percentile(reads, 0.99):6.1f} ms   "
        f"longest {max(reads):6.1f} ms   ({len(reads)} reads)   {answers}",
        flush=True,
    )
    return {"p50_ms": percentile(reads, 0.5), "p99_ms": percentile(reads, 0.99)}


async def _attack(kind: str, port: int, seconds: float) -> str:
    """Attack from another process; return what it was answered."""
    command = [sys.executable, "-m", "bench.attackers", kind, str(port), str(seconds)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    answers, _ = await process.communicate()
    return answers.decode().strip()


async def _read_during(port: int, work: Awaitable[str]) -> tuple[list[float], str]:
    """Send a read at every interval, whether or not the last answer came, until the work is done."""
    running_work = asyncio.ensure_future(work)
    reads: list[asyncio.Task[float]] = []
    while not running_work.done():
        reads.append(asyncio.create_task(_read(port, READERS[len(reads) % len(READERS)])))
        await asyncio.sleep(_EVERY_S)
    return list(await asyncio.gather(*reads)), await running_work


async def _read(port: int, address: str) -> float:
    """Send a read on a new connection; return the milliseconds."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"connection: close\r\ncontent-length: {len(_READ)}\r\n\r\n"
    )
    writer.write(head.encode() + _READ)
    answer = await reader.read()
    writer.close()
    found: Any = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert "data" in found, found
    return (time.perf_counter() - began) * 1_000


if __name__ == "__main__":
    try:
        main()
    except (ServerError, MissingFigureError, DatabaseUnavailableError) as error:
        sys.exit(f"bench: {error}")
