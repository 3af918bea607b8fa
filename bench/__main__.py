"""`python -m bench`: CPU per request of seven shapes, ours beside other servers on the same rows."""

import argparse
import sys
from collections.abc import Sequence

from bench import dataset, guards, plot, report, smoke
from bench.agreement import DisagreementError
from bench.guards import GuardError
from bench.http_client import ClientError
from bench.measurements import CONNECTIONS, Bench, measure
from bench.node_packages import install
from bench.servers import (
    HANDWRITTEN_SQL,
    MERCURIUS,
    MERCURIUS_GUARDED,
    OURS,
    POSTGRAPHILE,
    STRAWBERRY,
    ServerError,
    running,
)
from bench.shapes import Shape, shapes
from bench.sizes import FULL, QUICK, SMOKE, Sizes
from bench.smoke import MissingFigureError
from gateway.databases.postgres_binaries import DatabaseUnavailableError

NODE_PEERS = (MERCURIUS_GUARDED, MERCURIUS, POSTGRAPHILE)
SERVERS = (OURS, STRAWBERRY, HANDWRITTEN_SQL, *NODE_PEERS)
_POSTMASTER = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"


def main() -> None:
    """Run the benchmark."""
    if sys.platform != "linux":
        sys.exit("bench: it reads CPU times from /proc, so it needs Linux.")
    arguments = _arguments()
    sizes = SMOKE if arguments.smoke else QUICK if arguments.quick else FULL
    names = _available(arguments.servers)
    chosen = [shape for shape in shapes(sizes) if shape.name in arguments.shapes]
    with dataset.running(sizes) as url:
        results = _run(url, sizes, names, chosen)
    print(report.summary(results))
    if arguments.smoke:
        print(f"{smoke.check_figures(results)} figures of {len(names)} servers")
    elif arguments.servers == SERVERS and len(chosen) == len(shapes(sizes)):
        report.write(results)
        if not arguments.quick:
            plot.write(results)


def _run(url: str, sizes: Sizes, names: Sequence[str], chosen: list[Shape]) -> report.Results:
    smallest = shapes(sizes)[0]
    guards.check(names, url, smallest)
    print(
        f"CPU per request of server and Postgres, {CONNECTIONS} connections, medians of {sizes.rounds} rounds "
        f"in turn; our gateway in its strict profile, everything on.\n",
        flush=True,
    )
    results: report.Results = {}
    with running(list(names), url, dataset.FOLDER, smallest) as servers:
        bench = Bench(servers, sizes, url, int(dataset.value(url, _POSTMASTER)), smallest)
        for shape in chosen:
            results[shape.name] = measure(bench, shape)
            print(report.table(shape, results[shape.name]) + "\n", flush=True)
    return results


def _available(names: Sequence[str]) -> list[str]:
    """Return the servers that can run here; print which cannot, and why."""
    reason = install() if set(names) & set(NODE_PEERS) else None
    if reason:
        print(f"Skipped: {', '.join(NODE_PEERS)} ({reason}).")
    return [name for name in names if not (reason and name in NODE_PEERS)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the data, shorter rounds")
    parser.add_argument("--smoke", action="store_true", help="the smallest data; check that figures come out")
    names = [shape.name for shape in shapes(FULL)]
    parser.add_argument("--servers", nargs="+", choices=SERVERS, default=SERVERS, help="measure only these")
    parser.add_argument("--shapes", nargs="+", choices=names, default=names, help="measure only these")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except (
        ServerError,
        ClientError,
        DisagreementError,
        GuardError,
        MissingFigureError,
        DatabaseUnavailableError,
    ) as error:
        sys.exit(f"bench: {error}")
