"""`python -m bench.overload`: what is answered, and how late, where twice as many requests arrive as can be.

First 16 connections find the capacity: each sends its next request when it has an answer. Then requests leave on
schedule at a multiple of that rate, whether or not answers came, and a latency counts from the scheduled time. One
request in ten submits an attempt, which is urgent. The generator shares two cores with Postgres and the gateway.
"""

import argparse
import json
import random
import select
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import dataset, http_client, smoke
from bench.http_client import connect, is_success, percentile
from bench.measurements import Bench
from bench.mixed_load import MIX
from bench.processes import on_core
from bench.servers import OURS, UNSHED, Server, running
from bench.shapes import Shape, shapes
from bench.sizes import QUICK, SMOKE
from gateway.overload.admission import DEFAULTS

RESULTS = Path(__file__).parent / "overload.json"
URGENT = "M1"
CONNECTIONS, CLOSED_CONNECTIONS = 900, 16
WARM_UP_S = 4.0
SHED = {"QUESTPATH_SHED_WAIT_MS": f"{1_000 * DEFAULTS.wait_s:g}", "QUESTPATH_SHED_MOST": str(DEFAULTS.most)}
"""The usual settings of overload, which the other benchmarks switch off."""
_TIMEOUT_S = 30.0
_ACCEPT_S = 1.5
"""How long the server has to accept the connections."""
_REFUSED = b"HTTP/1.1 503"


@dataclass(slots=True)
class Outcomes:
    """Latencies of what was answered, in milliseconds, and what was refused or failed, by shape."""

    answered: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in MIX})
    refused: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in MIX})
    late: list[float] = field(default_factory=list)
    """By how many milliseconds the generator sent each request too late."""
    failed: int = 0

    def add(self, name: str, ms: float, received: bytearray) -> None:
        """Count one answer."""
        if received.startswith(_REFUSED):
            self.refused[name].append(ms)
        else:
            self.answered[name].append(ms)
            self.failed += not is_success(received)


def main() -> None:
    """Run the load against our gateway on the quick data set."""
    arguments = _arguments()
    sizes, seconds = (SMOKE, 1.0) if arguments.smoke else (QUICK, arguments.seconds)
    known = {shape.name: shape for shape in shapes(sizes)}
    settings = UNSHED if arguments.unshed else SHED
    with (
        dataset.running(sizes) as url,
        running([OURS], url, dataset.FOLDER, known["Q0"], settings=settings) as (server,),
        on_core(1),
    ):
        bench = Bench([server], sizes, url, 0, known["Q0"])
        _capacity(bench, server, known, min(WARM_UP_S, seconds))
        capacity = _capacity(bench, server, known, min(WARM_UP_S, seconds))
        rate = max(1, int(capacity * arguments.times))
        found = _overload(bench, server, known, rate=rate, seconds=seconds)
    figures = _figures(found, capacity=capacity, rate=rate, seconds=seconds)
    print(json.dumps(figures, indent=2))
    if arguments.smoke:
        print(f"{smoke.check_figures(figures)} figures")
    elif not arguments.unshed:
        RESULTS.write_text(json.dumps(figures, indent=2) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.overload", description=__doc__)
    parser.add_argument("--times", type=float, default=2.0, help="the rate, in multiples of the capacity")
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--unshed", action="store_true", help="with settings that refuse nothing, to compare")
    parser.add_argument("--smoke", action="store_true", help="one second; check that figures come out")
    return parser.parse_args()


def _messages(bench: Bench, server: Server, known: dict[str, Shape], count: int) -> list[tuple[str, bytes]]:
    chance = random.Random(count)
    names = chance.choices(list(MIX), weights=list(MIX.values()), k=count)
    submit = bench.take_attempts(names.count(URGENT))
    made = []
    for name in names:
        n = submit if name == URGENT else chance.randrange(200)
        submit += name == URGENT
        made.append((name, server.message(known[name], known[name].request(n))))
    return made


def _capacity(bench: Bench, server: Server, known: dict[str, Shape], seconds: float) -> float:
    """Return how many requests a second are answered while as many wait as there are connections."""
    messages = [message for _, message in _messages(bench, server, known, int(1_500 * seconds))]
    return http_client.load(server.port, messages, connections=CLOSED_CONNECTIONS, seconds=seconds).rps


def _overload(
    bench: Bench, server: Server, known: dict[str, Shape], *, rate: int, seconds: float
) -> Outcomes:
    """Send each request at its time on a free connection, or as soon as one is free."""
    messages = _messages(bench, server, known, int(rate * seconds))
    due = deque((number / rate, name, message) for number, (name, message) in enumerate(messages))
    found, clock = Outcomes(), time.perf_counter
    opened = {c.sock.fileno(): c for c in (connect(server.port) for _ in range(CONNECTIONS))}
    free, busy = deque(opened.values()), dict[int, tuple[float, str]]()
    time.sleep(_ACCEPT_S)
    began = clock()
    with select.epoll() as poll:
        for number in opened:
            poll.register(number, select.EPOLLIN)
        while due or busy:
            now = clock() - began
            while due and free and due[0][0] <= now:
                at, name, message = due.popleft()
                connection = free.popleft()
                found.late.append((clock() - began - at) * 1_000)
                busy[connection.sock.fileno()] = at, name
                connection.send(message)
            wait = max(0.0, began + due[0][0] - clock()) if due and free else _TIMEOUT_S
            for number, _ in poll.poll(wait):
                if opened[number].is_complete():
                    at, name = busy.pop(number)
                    found.add(name, (clock() - began - at) * 1_000, opened[number].received)
                    free.append(opened[number])
    for connection in opened.values():
        connection.sock.close()
    return found


def _figures(found: Outcomes, *, capacity: float, rate: int, seconds: float) -> dict[str, Any]:
    answered = [ms for latencies in found.answered.values() for ms in latencies]
    refused = [ms for latencies in found.refused.values() for ms in latencies]
    urgent, urgent_refused = found.answered[URGENT], found.refused[URGENT]
    return {
        "capacity": round(capacity),
        "rate": rate,
        "seconds": seconds,
        "answered_per_s": round(len(answered) / seconds),
        "answered": {f"p{share}_ms": _percentile(answered, share) for share in (50, 95, 99)},
        "refused_share": round(len(refused) / (len(refused) + len(answered)), 4),
        "refused": {f"p{share}_ms": _percentile(refused, share) for share in (50, 99)},
        "urgent": {
            "answered": len(urgent),
            "refused": len(urgent_refused),
            **{f"p{share}_ms": _percentile(urgent, share) for share in (50, 99)},
        },
        "failed": found.failed,
        "generator": {f"late_p{share}_ms": _percentile(found.late, share) for share in (50, 99)},
    }


def _percentile(latencies: list[float], share: int) -> float:
    return round(percentile(latencies, share / 100), 1) if latencies else 0.0


if __name__ == "__main__":
    main()
