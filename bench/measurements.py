"""Measurement of a shape: every server is warmed up, then rounds in turn (A B C A B C), then medians."""

import itertools
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from statistics import median

from bench import agreement, dataset, http_client, processes, statement_counts
from bench.http_client import Load
from bench.processes import on_core
from bench.servers import Server
from bench.shapes import Shape
from bench.sizes import Sizes

CONNECTIONS = 16
_VARIETY = 200
"""The number of different requests of a reading shape that take turns."""
_SETTLE_S = 0.5
"""The pause after a round of submits, so that their background work counts to the server that caused it."""

_STILL_FALLING = 0.95
"""A warm-up that costs less than this share of the one before is followed by another."""
_WARM_UPS_OF_SUBMITS = 2

Figures = dict[str, float | None]
Run = Callable[[float], Load]
"""Sends load for some seconds; a run of submits lasts as long as its attempts."""


@dataclass(slots=True)
class Bench:
    """The parts that every measurement needs; attempts are numbered, and each is submitted once."""

    servers: list[Server]
    sizes: Sizes
    url: str
    postmaster: int
    smallest: Shape
    next_attempt: int = 0

    def take_attempts(self, count: int) -> int:
        """Prepare attempts and return the number of the first one."""
        first = self.next_attempt
        self.next_attempt += count
        dataset.prepare_attempts(self.url, self.sizes, first=first, count=count)
        return first


@dataclass(slots=True)
class _Rounds:
    """The figures of one server, a value per round."""

    server_ms: list[float] = field(default_factory=list)
    postgres_ms: list[float] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)

    def figures(self, server: Server, counted: float | None) -> Figures:
        """Return the medians of the rounds."""
        both = [a + b for a, b in zip(self.server_ms, self.postgres_ms, strict=True)]
        return {
            "cpu_ms": round(median(both), 4),
            "server_cpu_ms": round(median(self.server_ms), 4),
            "postgres_cpu_ms": round(median(self.postgres_ms), 4),
            "rps": round(median(load.rps for load in self.loads), 1),
            "p50_ms": round(median(load.percentile(0.5) for load in self.loads), 2),
            "p99_ms": round(median(load.percentile(0.99) for load in self.loads), 2),
            "rss_mb": round(processes.rss_mb(server.process.pid), 1),
            "statements": counted,
        }


def measure(bench: Bench, shape: Shape) -> dict[str, Figures]:
    """Measure one shape on every server, after their answers have been compared."""
    counted = _compared(bench, shape)
    runs = {server.name: _runs(bench, server, shape) for server in bench.servers}
    rounds = {server.name: _Rounds() for server in bench.servers}
    with on_core(1):
        for server in bench.servers:
            _warm_up(bench, server, runs[server.name], shape)
        for _ in range(bench.sizes.rounds):
            for server in bench.servers:
                settle_s = _SETTLE_S if shape.name == "M1" else 0.0
                _round(bench, server, next(runs[server.name]), rounds[server.name], settle_s)
    return {s.name: rounds[s.name].figures(s, counted[s.name]) for s in bench.servers}


def _warm_up(bench: Bench, server: Server, runs: Iterator[Run], shape: Shape) -> None:
    """Send load until the CPU per request stops falling: a compiler at run time needs many requests, not seconds."""
    most = min(bench.sizes.warm_ups, _WARM_UPS_OF_SUBMITS) if shape.name == "M1" else bench.sizes.warm_ups
    previous = math.inf
    for _ in range(most):
        before = processes.cpu_s(server.process.pid)
        load = next(runs)(bench.sizes.warm_up_s)
        cost = (processes.cpu_s(server.process.pid) - before) / load.requests
        if shape.name != "M1" and cost > _STILL_FALLING * previous:
            return
        previous = cost


def _compared(bench: Bench, shape: Shape) -> dict[str, float | None]:
    """Compare the servers' answers, then count the statements per request."""
    if shape.name != "M1":
        agreement.check(bench.servers, shape)
        return statement_counts.count(bench.servers, shape, bench.url)
    agreement.check_submits(bench.servers, shape, bench.url, first=bench.take_attempts(len(bench.servers)))
    probes = bench.take_attempts(statement_counts.PROBES * len(bench.servers))
    return statement_counts.count(bench.servers, shape, bench.url, first=probes)


def _runs(bench: Bench, server: Server, shape: Shape) -> Iterator[Run]:
    """Yield a function for each warm-up and each round, which sends its load."""
    if shape.name == "M1":
        yield from _submits(bench, server, shape)
        return
    messages = [server.message(shape, shape.request(n)) for n in range(_VARIETY)]

    def run(seconds: float) -> Load:
        return http_client.load(
            server.port, itertools.cycle(messages), connections=CONNECTIONS, seconds=seconds
        )

    yield from itertools.repeat(run)


def _submits(bench: Bench, server: Server, shape: Shape) -> Iterator[Run]:
    """Yield submits of new attempts, by learners whose tokens the server has already verified."""
    count = bench.sizes.submits
    first = bench.take_attempts(count * (_WARM_UPS_OF_SUBMITS + bench.sizes.rounds))
    requests = [shape.request(n) for n in range(first, bench.next_attempt)]
    sign_ins = [server.message(bench.smallest, request) for request in requests]
    messages = [server.message(shape, request) for request in requests]
    http_client.load(server.port, sign_ins, connections=CONNECTIONS)
    for start in range(0, len(messages), count):
        block = messages[start : start + count]
        yield partial(_submit, server, block)


def _submit(server: Server, block: list[bytes], _seconds: float) -> Load:
    return http_client.load(server.port, block, connections=CONNECTIONS)


def _round(bench: Bench, server: Server, run: Run, rounds: _Rounds, settle_s: float) -> None:
    pids = (server.process.pid, bench.postmaster)
    before = [processes.cpu_s(pid) for pid in pids]
    load = run(bench.sizes.round_s)
    time.sleep(settle_s)
    spent = [(processes.cpu_s(pid) - s) * 1_000 / load.requests for pid, s in zip(pids, before, strict=True)]
    rounds.server_ms.append(spent[0])
    rounds.postgres_ms.append(spent[1])
    rounds.loads.append(load)
