"""Speed of the machine itself: a fixed Python workload and round trips to Postgres, to compare latencies by.

A latency depends on the machine and on its neighbours. These figures, measured right before and after a run, say how
fast the machine was then.
"""

import asyncio
import time
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import asyncpg

from bench.http_client import percentile

_LOOPS = 300_000
_REPEATS = 9
_ROUND_TRIPS = 1_000


@dataclass(frozen=True, slots=True)
class MachineSpeed:
    """The speed at one moment, in milliseconds."""

    python_ms: float
    """The median of a workload of 300 000 integer additions and list writes, in one thread."""
    select_p50_ms: float
    """The median round trip of a prepared `SELECT` of one row by its key."""
    select_p99_ms: float

    def line(self) -> str:
        """Return the figures for readers."""
        return (
            f"Python workload {self.python_ms:.1f} ms, SELECT round trip p50 {self.select_p50_ms:.3f} ms, "
            f"p99 {self.select_p99_ms:.3f} ms"
        )

    def figures(self) -> dict[str, float]:
        """Return the figures for programs."""
        return asdict(self)


def measure(url: str) -> MachineSpeed:
    """Measure the speed on the caller's core, with the database at `url` at rest; takes about half a second."""
    python_ms = median(_python_ms() for _ in range(_REPEATS))
    latencies = asyncio.run(_select_ms(url))
    return MachineSpeed(
        python_ms=round(python_ms, 2),
        select_p50_ms=round(median(latencies), 4),
        select_p99_ms=round(percentile(latencies, 0.99), 4),
    )


def _python_ms() -> float:
    began = time.perf_counter()
    cells, total = [0] * 1_024, 0
    for number in range(_LOOPS):
        total = (total + number * 31) & 0xFFFF_FFFF
        cells[number & 1_023] = total
    return (time.perf_counter() - began) * 1_000


async def _select_ms(url: str) -> list[float]:
    connection: Any = await asyncpg.connect(url)
    try:
        user_id = await connection.fetchval("SELECT min(id) FROM users")
        select = await connection.prepare("SELECT id, handle, level FROM users WHERE id = $1")
        latencies = []
        for _ in range(_ROUND_TRIPS):
            began = time.perf_counter()
            await select.fetchrow(user_id)
            latencies.append((time.perf_counter() - began) * 1_000)
    finally:
        await connection.close()
    return latencies
