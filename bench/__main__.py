"""`python -m bench [--quick]`: build the data set, start the servers, compare their answers, measure, report."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench import dataset, plot, report
from bench.agreement import DisagreementError
from bench.client import ClientError
from bench.machine import on_core
from bench.measuring import CONNECTIONS, Bench, measure
from bench.node import nodes_reason
from bench.servers import LIMIT, MERCURIUS, OURS, POSTGRAPHILE, STOCK, ServerError, running
from bench.shapes import Shape, shapes
from bench.sizes import FULL, QUICK, Sizes
from gateway.databases import devdb
from gateway.databases.postgres_binaries import DatabaseUnavailableError

FOLDER = Path(__file__).parent.parent / ".data" / "bench"
NODE_PEERS = (MERCURIUS, POSTGRAPHILE)
PEERS = (OURS, STOCK, LIMIT, *NODE_PEERS)


def main() -> None:
    """Run the bench."""
    if sys.platform != "linux":
        sys.exit("bench: it reads CPU times from /proc, so it needs Linux.")
    arguments = _arguments()
    sizes = QUICK if arguments.quick else FULL
    names = _available(arguments.servers)
    wanted = [shape for shape in shapes(sizes) if shape.name in arguments.shapes]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with on_core(0):
            server = stack.enter_context(devdb.running(FOLDER / "postgres", durable=False))
        results = _run(server, sizes, names, wanted)
    if arguments.servers == PEERS and len(wanted) == len(shapes(sizes)):
        report.write(results)
        if not arguments.quick:
            plot.write(results)


def _run(server: str, sizes: Sizes, names: Sequence[str], wanted: list[Shape]) -> report.Results:
    print(f"The {sizes.name} data set ...", flush=True)
    url = dataset.provide(server, sizes, lambda line: print(f"  {line}", flush=True))
    postmaster = int(dataset.value(server, "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"))
    door = shapes(sizes)[0]
    print(
        f"CPU per request of server and Postgres, {CONNECTIONS} connections, medians of {sizes.rounds} rounds "
        f"in turn; our gateway in its strict profile, everything on.\n",
        flush=True,
    )
    results: report.Results = {}
    with running(list(names), url, FOLDER, door) as servers:
        bench = Bench(servers, sizes, url, postmaster, door)
        for shape in wanted:
            results[shape.name] = measure(bench, shape)
            print(report.table(shape, results[shape.name]) + "\n", flush=True)
    return results


def _available(names: Sequence[str]) -> list[str]:
    """Return the servers that can run here; say which cannot, and why."""
    reason = nodes_reason() if set(names) & set(NODE_PEERS) else None
    if reason:
        print(f"Skipped: {', '.join(NODE_PEERS)} ({reason}).")
    return [name for name in names if not (reason and name in NODE_PEERS)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the data, shorter rounds: < 3 minutes"
    )
    names = [shape.name for shape in shapes(FULL)]
    parser.add_argument("--servers", nargs="+", choices=PEERS, default=PEERS, help="measure these alone")
    parser.add_argument("--shapes", nargs="+", choices=names, default=names, help="measure these alone")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except (ServerError, ClientError, DisagreementError, DatabaseUnavailableError) as error:
        sys.exit(f"bench: {error}")
