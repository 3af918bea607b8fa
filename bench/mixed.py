"""`python -m bench.mixed`: how long answers take while a thousand requests of all shapes come in each second.

The load is open: requests leave at their moments whether or not answers came, and a latency counts from the moment, so
that a slow answer cannot hide the ones behind it. Where the server falls behind, that shows as latency.
"""

import argparse
import json
import random
import select
import time
from collections import deque
from contextlib import ExitStack
from pathlib import Path

from bench import dataset
from bench.client import Line, check, open_line
from bench.machine import on_core
from bench.measuring import Bench
from bench.servers import OURS, Server, running
from bench.shapes import Shape, shapes
from bench.sizes import QUICK
from gateway.databases import devdb

FOLDER = Path(__file__).parent.parent / ".data" / "bench"
RESULTS = Path(__file__).parent / "mixed.json"
MIX = {"Q0": 10, "Q1": 35, "Q2": 15, "Q3": 15, "Q4": 1, "Q5": 14, "M1": 10}
"""How many of a hundred requests are of each shape."""
CONNECTIONS = 64
WARM_UP_S = 4.0
_PATIENCE_S = 15.0


class Latencies:
    """What one run measured, in milliseconds from the moment at which a request was due."""

    def __init__(self) -> None:
        self.by_shape: dict[str, list[float]] = {name: [] for name in MIX}
        self.errors = 0

    def percentile(self, share: float, name: str | None = None) -> float:
        """Return the latency that `share` of the answers did not exceed."""
        chosen = self.by_shape[name] if name else [ms for found in self.by_shape.values() for ms in found]
        ordered = sorted(chosen)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def answers(self) -> int:
        """How many answers came."""
        return sum(map(len, self.by_shape.values()))


def main() -> None:
    """Run the load against our gateway on the small data set."""
    parser = argparse.ArgumentParser(prog="python -m bench.mixed", description=__doc__)
    parser.add_argument("--rate", type=int, default=1_000, help="requests a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    arguments = parser.parse_args()
    with ExitStack() as stack:
        with on_core(0):
            postgres = stack.enter_context(devdb.running(FOLDER / "postgres", durable=False))
        url = dataset.provide(postgres, QUICK, lambda line: print(f"  {line}", flush=True))
        known = {shape.name: shape for shape in shapes(QUICK)}
        (server,) = stack.enter_context(running([OURS], url, FOLDER, known["Q0"]))
        bench = Bench([server], QUICK, url, 0, known["Q0"])
        with on_core(1):
            _measured(bench, server, known, rate=arguments.rate, seconds=WARM_UP_S)
            found = _measured(bench, server, known, rate=arguments.rate, seconds=arguments.seconds)
    _report(found, arguments.rate, arguments.seconds)


def _measured(
    bench: Bench, server: Server, known: dict[str, Shape], *, rate: int, seconds: float
) -> Latencies:
    count = int(rate * seconds)
    chance = random.Random(count)
    names = chance.choices(list(MIX), weights=list(MIX.values()), k=count)
    submit = bench.take_attempts(names.count("M1"))
    due: deque[tuple[float, str, bytes]] = deque()
    for number, name in enumerate(names):
        n = submit if name == "M1" else chance.randrange(200)
        submit += name == "M1"
        due.append((number / rate, name, server.message(known[name], known[name].numbered(n))))
    return _run(server.port, due)


def _run(port: int, due: deque[tuple[float, str, bytes]]) -> Latencies:
    """Send each request at its moment on a free connection, or as soon as one comes free."""
    found, began, clock = Latencies(), time.perf_counter(), time.perf_counter
    lines = {line.sock.fileno(): line for line in (open_line(port) for _ in range(CONNECTIONS))}
    free, busy = deque(lines.values()), dict[int, tuple[float, str]]()
    with select.epoll() as poll:
        for number in lines:
            poll.register(number, select.EPOLLIN)
        while due or busy:
            _send_what_is_due(due, free, busy, clock() - began)
            wait = max(0.0, began + due[0][0] - clock()) if due and free else _PATIENCE_S
            for number, _ in poll.poll(wait):
                line = lines[number]
                if line.is_complete():
                    moment, name = busy.pop(number)
                    found.by_shape[name].append((clock() - began - moment) * 1_000)
                    found.errors += not check(line.received)
                    free.append(line)
    for line in lines.values():
        line.sock.close()
    return found


def _send_what_is_due(
    due: deque[tuple[float, str, bytes]],
    free: deque[Line],
    busy: dict[int, tuple[float, str]],
    now: float,
) -> None:
    while due and free and due[0][0] <= now:
        moment, name, message = due.popleft()
        line = free.popleft()  # in turn: the server closes a connection that stays idle
        busy[line.sock.fileno()] = moment, name
        line.send(message)


def _report(found: Latencies, rate: int, seconds: float) -> None:
    figures = {
        "rate": rate,
        "seconds": seconds,
        "answers": found.answers,
        "errors": found.errors,
        **{f"p{share:g}_ms": round(found.percentile(share / 100), 2) for share in (50, 95, 99)},
        "shapes": {name: {"p99_ms": round(found.percentile(0.99, name), 2)} for name in MIX},
    }
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
