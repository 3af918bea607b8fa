"""`python -m bench.live`: memory of a socket, cost and delay of a message, beside Strawberry's own handler."""

import asyncio
import json
import resource
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench import dataset, machine
from bench.crowd import Crowd, CrowdError
from bench.event_crowd import EventCrowd
from bench.machine import on_core
from bench.servers import LIVE, OURS, Server, ServerError, running, signed
from bench.shapes import Request, identifier, shapes
from bench.sizes import QUICK
from domain import boards_projection
from domain.work import Meter
from gateway.databases import devdb
from gateway.databases.postgres_binaries import DatabaseUnavailableError
from persistence.engine import connect
from persistence.leaderboard_projection import SqlProjection

ROOT = Path(__file__).parent
FOLDER = ROOT.parent / ".data" / "bench"
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
_SETTLE_S, _APART_S, _PATIENCE_S = 2.0, 1.6, 15.0


@dataclass(frozen=True, slots=True)
class Crowding:
    """One measurement: how many sockets or streams on which server, asking what, and how often the board changes."""

    name: str
    server: str
    sockets: int
    document: str
    rounds: int = 5
    kind: type[Crowd] = Crowd


CROWDS = [
    Crowding("strawberry", LIVE, 1_000, DOCUMENT),
    Crowding("ours", OURS, 1_000, DOCUMENT),
    Crowding("ours, personal", OURS, 1_000, PERSONAL, rounds=3),
    Crowding("ours, 5 000", OURS, 5_000, DOCUMENT, rounds=3),
    Crowding("ours, events", OURS, 2_000, DOCUMENT, kind=EventCrowd),
    Crowding("ours, events, personal", OURS, 1_000, PERSONAL, rounds=3, kind=EventCrowd),
]


@dataclass(slots=True)
class Figures:
    """What one crowd showed; `burst_per_s` is messages by the time from a change's first delivery to its last."""

    sockets: int
    kib_per_socket: float
    cpu_us_per_message: float
    messages_per_cpu_s: float
    burst_per_s: float
    p50_ms: float
    p99_ms: float
    bytes_per_message: float


def main() -> None:
    """Measure the crowds one after another, each on a server of its own."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    wanted = [crowd for crowd in CROWDS if not sys.argv[1:] or crowd.name in sys.argv[1:]]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with on_core(0):
        provided = devdb.running(FOLDER / "postgres", durable=False)
    with provided as server:
        url = dataset.provide(server, QUICK, lambda line: print(f"  {line}", flush=True))
        results = {crowd.name: measure(crowd, url) for crowd in wanted}
    if wanted == CROWDS:
        text = json.dumps({name: asdict(found) for name, found in results.items()}, indent=1)
        (ROOT / "live.json").write_text(text + "\n", "utf-8")


def measure(crowding: Crowding, url: str) -> Figures:
    """Start the server, let the crowd in, change the board, and tell what it took."""
    with running([crowding.server], url, FOLDER, shapes(QUICK)[0]) as (server,), on_core(1):
        pid = server.process.pid
        time.sleep(0.5)
        empty_mb = machine.rss_mb(pid)
        crowd = crowding.kind(server.port, crowding.document, operation_id=lambda n: str(n % 3 + 1))
        try:
            for number in range(crowding.sockets):
                crowd.join(_authorization(server, number))
            crowd.hear(within=_SETTLE_S)
            kib = (machine.rss_mb(pid) - empty_mb) * 1_024 / crowding.sockets
            figures = _changed(crowding, server, crowd, url, kib)
        finally:
            crowd.leave()
    print(crowding.name, json.dumps(asdict(figures)), flush=True)
    return figures


def _changed(crowding: Crowding, server: Server, crowd: Crowd, url: str, kib: float) -> Figures:
    delays: list[float] = []
    rates, sizes, costs = [], [], []
    for number in range(crowding.rounds + 1):
        before = machine.cpu_s(server.process.pid)
        began = time.monotonic()
        asyncio.run(_change(url, by_hand=crowding.server != OURS))
        heard = crowd.hear(within=_PATIENCE_S, enough=len(crowd))
        if len(heard) < len(crowd):
            raise CrowdError(f"{crowding.name}: only {len(heard)} of {len(crowd)} messages came")
        cpu = machine.cpu_s(server.process.pid) - before
        if number:  # the first one warms up
            at = float(dataset.value(url, _UPDATED))
            delays += [(moment - at) * 1_000 for moment, _ in heard]
            rates.append(len(heard) / max(1e-6, heard[-1][0] - heard[0][0]))
            sizes.append(sum(len(message) for _, message in heard) / len(heard))
            costs.append(cpu * 1e6 / len(heard))
        crowd.hear(within=max(0.0, began + _APART_S - time.monotonic()))
    delays.sort()
    cost = median(costs)
    return Figures(
        sockets=len(crowd),
        kib_per_socket=round(kib, 1),
        cpu_us_per_message=round(cost, 1),
        messages_per_cpu_s=round(1e6 / cost),
        burst_per_s=round(median(rates)),
        p50_ms=round(delays[len(delays) // 2], 1),
        p99_ms=round(delays[int(len(delays) * 0.99)], 1),
        bytes_per_message=round(median(sizes)),
    )


async def _change(url: str, *, by_hand: bool) -> None:
    """Let the sixth on the board earn 50 XP; `by_hand` brings it to the board, which our server does by itself."""
    now = datetime.now(UTC)
    async with connect(url, largest=1) as database, database.transaction(Meter()) as connection:
        await connection.raw.execute(_EARN, identifier("xp", time.time_ns()))
        if by_hand:
            await boards_projection.project(SqlProjection(connection), now=now, emit=lambda _: None)


def _authorization(server: Server, number: int) -> str | None:
    """Return the token of one of 500 learners for every second socket; the others are anonymous."""
    if server.name != OURS or number % 2:
        return None
    return "Bearer " + signed(Request(number % 1_000 // 2 + 1, {}))


if __name__ == "__main__":
    try:
        main()
    except (ServerError, CrowdError, DatabaseUnavailableError) as error:
        sys.exit(f"bench: {error}")
