"""Measuring a shape: warm up every server, then rounds in turn (A B C A B C), medians at the end."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from statistics import median

from bench import agreement, client, dataset, machine, statements
from bench.client import Load
from bench.machine import on_core
from bench.servers import Server
from bench.shapes import Shape
from bench.sizes import Sizes

CONNECTIONS = 16
_VARIETY = 200
"""How many different requests of a reading shape take turns."""
_SETTLE_S = 0.5
"""How long background work of submits is waited for, so that it counts to the server that caused it."""

Figures = dict[str, float | None]
Run = Callable[[], Load]


@dataclass(slots=True)
class Bench:
    """What every measurement needs; attempts are numbered, and each is submitted once."""

    servers: list[Server]
    sizes: Sizes
    url: str
    postmaster: int
    door: Shape
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
            "rss_mb": round(machine.rss_mb(server.process.pid), 1),
            "statements": counted,
        }


def measure(bench: Bench, shape: Shape) -> dict[str, Figures]:
    """Measure one shape on every server, after all of them have answered the same."""
    counted = _compared(bench, shape)
    runs = {server.name: _runs(bench, server, shape) for server in bench.servers}
    rounds = {server.name: _Rounds() for server in bench.servers}
    with on_core(1):
        for server in bench.servers:
            next(runs[server.name])()
        for _ in range(bench.sizes.rounds):
            for server in bench.servers:
                settle_s = _SETTLE_S if shape.name == "M1" else 0.0
                _round(bench, server, next(runs[server.name]), rounds[server.name], settle_s)
    return {s.name: rounds[s.name].figures(s, counted[s.name]) for s in bench.servers}


def _compared(bench: Bench, shape: Shape) -> dict[str, float | None]:
    """Compare the servers' answers, then count the statements that these take."""
    if shape.name != "M1":
        agreement.check(bench.servers, shape)
        return statements.count(bench.servers, shape, bench.url)
    agreement.check_submits(bench.servers, shape, bench.url, first=bench.take_attempts(len(bench.servers)))
    probes = bench.take_attempts(statements.PROBES * len(bench.servers))
    return statements.count(bench.servers, shape, bench.url, first=probes)


def _runs(bench: Bench, server: Server, shape: Shape) -> Iterator[Run]:
    """Yield what sends the load of the warm-up, then of each round."""
    if shape.name == "M1":
        yield from _submits(bench, server, shape)
        return
    messages = [server.message(shape, shape.numbered(n)) for n in range(_VARIETY)]
    for seconds in itertools.chain([bench.sizes.warm_up_s], itertools.repeat(bench.sizes.round_s)):
        turns = itertools.cycle(messages)
        yield partial(client.load, server.port, turns, connections=CONNECTIONS, seconds=seconds)


def _submits(bench: Bench, server: Server, shape: Shape) -> Iterator[Run]:
    """Yield submits of attempts that nobody submitted before, by learners whose tokens the server has seen."""
    count = bench.sizes.submits
    first = bench.take_attempts(count * (1 + bench.sizes.rounds))
    asked = [shape.numbered(n) for n in range(first, bench.next_attempt)]
    known = [server.message(bench.door, request) for request in asked]
    messages = [server.message(shape, request) for request in asked]
    client.load(server.port, known, connections=CONNECTIONS)
    for start in range(0, len(messages), count):
        block = messages[start : start + count]
        yield partial(client.load, server.port, block, connections=CONNECTIONS)


def _round(bench: Bench, server: Server, run: Run, rounds: _Rounds, settle_s: float) -> None:
    pids = (server.process.pid, bench.postmaster)
    before = [machine.cpu_s(pid) for pid in pids]
    load = run()
    time.sleep(settle_s)
    spent = [(machine.cpu_s(pid) - s) * 1_000 / load.requests for pid, s in zip(pids, before, strict=True)]
    rounds.server_ms.append(spent[0])
    rounds.postgres_ms.append(spent[1])
    rounds.loads.append(load)
