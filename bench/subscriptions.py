"""`python -m bench.subscriptions`: memory of a subscriber, cost and delay of a message, beside Strawberry's handler."""

import argparse
import asyncio
import json
import resource
import sys
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench import access_tokens, dataset, processes, smoke
from bench.processes import on_core
from bench.servers import OURS, STRAWBERRY_SUBSCRIPTIONS, Server, ServerError, running
from bench.shapes import Request, identifier, shapes
from bench.sizes import QUICK, SMOKE
from bench.smoke import MissingFigureError
from bench.sse_subscribers import SseSubscribers
from bench.subscribers import SubscriberError, Subscribers
from bench.websocket_subscribers import WebsocketSubscribers
from domain.gamification import leaderboard_projection
from domain.unit_of_work import Meter
from gateway.databases.postgres_binaries import DatabaseUnavailableError
from persistence.database import connect
from persistence.gamification.leaderboard_projection import SqlProjection

RESULTS = Path(__file__).parent / "subscriptions.json"
_ENTRY = "rank xp delta user { id displayName }"
DOCUMENT = f"""subscription {{ leaderboardChanged(first: 10) {{ __typename
  ... on LeaderboardSnapshot {{ version entries {{ {_ENTRY} }} }}
  ... on LeaderboardDelta {{ version since moved {{ {_ENTRY} }} entered {{ {_ENTRY} }} left }}
}} }}"""
PERSONAL = DOCUMENT.replace("since", "since viewerEntry { rank xp }")
_EARN = """WITH entry AS (
  INSERT INTO xp_entries (id, user_id, amount, reason, source_type, source_id, rule_version, explanation, occurred_at,
    local_date, status)
  SELECT $1, user_id, 50, 'ADJUSTMENT', 'bench', $1, 1, '', now(), current_date, 'SETTLED' FROM leaderboard_entries
  WHERE board = 'GLOBAL:ALL_TIME' AND visible AND xp > 0 ORDER BY xp DESC, reached_at, user_id OFFSET 5 LIMIT 1
  RETURNING id, user_id, amount, occurred_at
) INSERT INTO xp_outbox (entry_id, user_id, amount, occurred_at) SELECT * FROM entry"""
_UPDATED = "SELECT extract(epoch FROM updated_at)::float8 FROM leaderboards WHERE board = 'GLOBAL:ALL_TIME'"
_APART_S, _TIMEOUT_S = 1.6, 15.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """One measurement: so many subscribers of a document on a server, and so many changes of the board."""

    name: str
    server: str
    subscribers: int
    document: str
    rounds: int = 5
    protocol: type[Subscribers] = WebsocketSubscribers
    settle_s: float = 2.0


SCENARIOS = [
    Scenario("strawberry", STRAWBERRY_SUBSCRIPTIONS, 1_000, DOCUMENT),
    Scenario("ours", OURS, 1_000, DOCUMENT),
    Scenario("ours, personal", OURS, 1_000, PERSONAL, rounds=3),
    Scenario("ours, 5 000", OURS, 5_000, DOCUMENT, rounds=3),
    Scenario("ours, events", OURS, 2_000, DOCUMENT, protocol=SseSubscribers),
    Scenario("ours, events, personal", OURS, 1_000, PERSONAL, rounds=3, protocol=SseSubscribers),
]
_SMOKE = ("strawberry", "ours", "ours, events")
"""One scenario of each server and protocol."""


@dataclass(slots=True)
class Figures:
    """Figures of one scenario; `burst_per_s` is messages by the time from a change's first delivery to its last."""

    sockets: int
    kib_per_socket: float
    cpu_us_per_message: float
    messages_per_cpu_s: float
    burst_per_s: float
    p50_ms: float
    p99_ms: float
    bytes_per_message: float


def main() -> None:
    """Measure the scenarios one after another, each on a new server."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    arguments = _arguments()
    sizes = SMOKE if arguments.smoke else QUICK
    chosen = [scenario for scenario in SCENARIOS if scenario.name in (arguments.scenarios or scenario.name)]
    if arguments.smoke:
        chosen = [replace(s, subscribers=20, rounds=1, settle_s=0.2) for s in chosen if s.name in _SMOKE]
    with dataset.running(sizes) as url:
        results = {scenario.name: asdict(measure(scenario, url)) for scenario in chosen}
    if arguments.smoke:
        print(f"{smoke.check_figures(results)} figures")
    elif chosen == SCENARIOS:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.subscriptions", description=__doc__)
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("scenarios", nargs="*", help=f"measure only these of: {'; '.join(names)}")
    parser.add_argument("--smoke", action="store_true", help="20 subscribers; check that figures come out")
    return parser.parse_args()


def measure(scenario: Scenario, url: str) -> Figures:
    """Start the server, let the subscribers in, change the board, and return the figures."""
    probe = shapes(QUICK)[0]
    with (
        running([scenario.server], url, dataset.FOLDER, probe) as (server,),
        on_core(1),
    ):
        pid = server.process.pid
        time.sleep(0.5)
        empty_mb = processes.rss_mb(pid)
        subscribers = scenario.protocol(server.port, scenario.document, operation_id=lambda n: str(n % 3 + 1))
        try:
            for number in range(scenario.subscribers):
                subscribers.add(_authorization(server, number))
            subscribers.messages(within=scenario.settle_s)
            kib = max(0.0, processes.rss_mb(pid) - empty_mb) * 1_024 / scenario.subscribers
            figures = _figures(scenario, server, subscribers, url, kib)
        finally:
            subscribers.close()
    print(scenario.name, json.dumps(asdict(figures)), flush=True)
    return figures


def _figures(scenario: Scenario, server: Server, subscribers: Subscribers, url: str, kib: float) -> Figures:
    delays: list[float] = []
    rates, sizes, costs = [], [], []
    for number in range(scenario.rounds + 1):
        before = processes.cpu_s(server.process.pid)
        began = time.monotonic()
        asyncio.run(_change(url, project=scenario.server != OURS))
        messages = subscribers.messages(within=_TIMEOUT_S, count=len(subscribers))
        if len(messages) < len(subscribers):
            raise SubscriberError(
                f"{scenario.name}: only {len(messages)} of {len(subscribers)} messages came"
            )
        cpu = processes.cpu_s(server.process.pid) - before
        if number:  # the first change warms up
            updated_at = float(dataset.value(url, _UPDATED))
            delays += [(arrived_at - updated_at) * 1_000 for arrived_at, _ in messages]
            rates.append(len(messages) / max(1e-6, messages[-1][0] - messages[0][0]))
            sizes.append(sum(len(message) for _, message in messages) / len(messages))
            costs.append(cpu * 1e6 / len(messages))
        subscribers.messages(within=max(0.0, began + _APART_S - time.monotonic()))
    delays.sort()
    cost = median(costs)
    return Figures(
        sockets=len(subscribers),
        kib_per_socket=round(kib, 1),
        cpu_us_per_message=round(cost, 1),
        messages_per_cpu_s=round(1e6 / cost),
        burst_per_s=round(median(rates)),
        p50_ms=round(delays[len(delays) // 2], 1),
        p99_ms=round(delays[int(len(delays) * 0.99)], 1),
        bytes_per_message=round(median(sizes)),
    )


async def _change(url: str, *, project: bool) -> None:
    """Let the sixth on the board earn 50 XP; `project` also updates the board, which our server does itself."""
    now = datetime.now(UTC)
    async with connect(url, largest=1) as database, database.transaction(Meter()) as connection:
        await connection.raw.execute(_EARN, identifier("xp", time.time_ns()))
        if project:
            await leaderboard_projection.project(SqlProjection(connection), now=now, emit=lambda _: None)


def _authorization(server: Server, number: int) -> str | None:
    """Return the token of one of 500 learners for every second subscriber; the others are anonymous."""
    if server.name != OURS or number % 2:
        return None
    return "Bearer " + access_tokens.issue(Request(number % 1_000 // 2 + 1, {}))


if __name__ == "__main__":
    try:
        main()
    except (ServerError, SubscriberError, MissingFigureError, DatabaseUnavailableError) as error:
        sys.exit(f"bench: {error}")
