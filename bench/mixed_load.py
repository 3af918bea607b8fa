"""`python -m bench.mixed_load`: latencies under a thousand requests a second of all shapes.

The load is open: requests leave on schedule whether or not answers came, and a latency counts from the scheduled time,
so that a slow answer cannot hide the ones behind it. Where the server falls behind, the latencies show it. They depend
on the machine, whose own speed is measured right before and after.
"""

import argparse
import json
import random
import select
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

from bench import dataset, machine_speed, smoke
from bench.http_client import Connection, connect, is_success, percentile
from bench.machine_speed import MachineSpeed
from bench.measurements import Bench
from bench.processes import on_core
from bench.servers import OURS, Server, running
from bench.shapes import Shape, shapes
from bench.sizes import QUICK, SMOKE

RESULTS = Path(__file__).parent / "mixed_load.json"
MIX = {"Q0": 10, "Q1": 35, "Q2": 15, "Q3": 15, "Q4": 1, "Q5": 14, "M1": 10}
"""Requests of each shape in a hundred."""
CONNECTIONS = 64
WARM_UP_S = 4.0
_TIMEOUT_S = 15.0


class Latencies:
    """Latencies of one run, in milliseconds from the scheduled time of a request."""

    def __init__(self) -> None:
        self.by_shape: dict[str, list[float]] = {name: [] for name in MIX}
        self.errors = 0

    def percentile(self, share: float, name: str | None = None) -> float:
        """Return the latency that `share` of the answers did not exceed, of one shape or of all."""
        chosen = [name] if name else self.by_shape
        return percentile([ms for shape in chosen for ms in self.by_shape[shape]], share)

    @property
    def answers(self) -> int:
        """The number of answers."""
        return sum(map(len, self.by_shape.values()))


def main() -> None:
    """Run the load against our gateway on the quick data set."""
    arguments = _arguments()
    sizes = SMOKE if arguments.smoke else QUICK
    rate, seconds = arguments.rate, 1.0 if arguments.smoke else arguments.seconds
    known = {shape.name: shape for shape in shapes(sizes)}
    with (
        dataset.running(sizes) as url,
        running([OURS], url, dataset.FOLDER, known["Q0"]) as (server,),
        on_core(1),
    ):
        bench = Bench([server], sizes, url, 0, known["Q0"])
        _measure(bench, server, known, rate=rate, seconds=min(WARM_UP_S, seconds))
        before = machine_speed.measure(url)
        found = _measure(bench, server, known, rate=rate, seconds=seconds)
        after = machine_speed.measure(url)
    figures = _figures(found, rate, seconds, before, after)
    print(f"The machine before: {before.line()}\nThe machine after:  {after.line()}")
    print(json.dumps(figures, indent=2))
    if arguments.smoke:
        print(f"{smoke.check_figures(figures)} figures")
    else:
        RESULTS.write_text(json.dumps(figures, indent=2) + "\n")
    if found.errors:
        sys.exit(f"bench: {found.errors} of {found.answers} answers had errors")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.mixed_load", description=__doc__)
    parser.add_argument("--rate", type=int, default=1_000, help="requests a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--smoke", action="store_true", help="one second; check that figures come out")
    return parser.parse_args()


def _measure(
    bench: Bench, server: Server, known: dict[str, Shape], *, rate: int, seconds: float
) -> Latencies:
    count = int(rate * seconds)
    chance = random.Random(count)
    names = chance.choices(list(MIX), weights=list(MIX.values()), k=count)
    submit = bench.take_attempts(names.count("M1"))
    scheduled: deque[tuple[float, str, bytes]] = deque()
    for number, name in enumerate(names):
        n = submit if name == "M1" else chance.randrange(200)
        submit += name == "M1"
        scheduled.append((number / rate, name, server.message(known[name], known[name].request(n))))
    return _run(server.port, scheduled)


def _run(port: int, scheduled: deque[tuple[float, str, bytes]]) -> Latencies:
    """Send each request at its time on a free connection, or as soon as one is free."""
    found, began, clock = Latencies(), time.perf_counter(), time.perf_counter
    opened = {c.sock.fileno(): c for c in (connect(port) for _ in range(CONNECTIONS))}
    free, busy = deque(opened.values()), dict[int, tuple[float, str]]()
    with select.epoll() as poll:
        for number in opened:
            poll.register(number, select.EPOLLIN)
        while scheduled or busy:
            _send_due(scheduled, free, busy, clock() - began)
            wait = max(0.0, began + scheduled[0][0] - clock()) if scheduled and free else _TIMEOUT_S
            for number, _ in poll.poll(wait):
                connection = opened[number]
                if connection.is_complete():
                    due, name = busy.pop(number)
                    found.by_shape[name].append((clock() - began - due) * 1_000)
                    found.errors += not is_success(connection.received)
                    free.append(connection)
    for connection in opened.values():
        connection.sock.close()
    return found


def _send_due(
    scheduled: deque[tuple[float, str, bytes]],
    free: deque[Connection],
    busy: dict[int, tuple[float, str]],
    now: float,
) -> None:
    while scheduled and free and scheduled[0][0] <= now:
        due, name, message = scheduled.popleft()
        connection = free.popleft()  # in turn, because the server closes idle connections
        busy[connection.sock.fileno()] = due, name
        connection.send(message)


def _figures(
    found: Latencies, rate: int, seconds: float, before: MachineSpeed, after: MachineSpeed
) -> dict[str, Any]:
    return {
        "machine_before": before.figures(),
        "machine_after": after.figures(),
        "rate": rate,
        "seconds": seconds,
        "answers": found.answers,
        "errors": found.errors,
        **{f"p{share:g}_ms": round(found.percentile(share / 100), 2) for share in (50, 95, 99)},
        "shapes": {name: {"p99_ms": round(found.percentile(0.99, name), 2)} for name in MIX},
    }


if __name__ == "__main__":
    main()
