"""Report: a table per shape with the ratios beside their targets, and the file of results."""

import json
from pathlib import Path

from bench import targets
from bench.measurements import Figures
from bench.servers import MERCURIUS_GUARDED, OURS, STRAWBERRY
from bench.shapes import Shape

RESULTS = Path(__file__).parent / "results.json"

Results = dict[str, dict[str, Figures]]
_HEAD = (
    f"  {'server':<18}{'CPU ms':>9}{'server':>9}{'postgres':>10}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}"
    f"{'RSS MiB':>9}{'SQL':>6}   ours / peer"
)


def table(shape: Shape, found: dict[str, Figures]) -> str:
    """Return the figures of one shape, a line per server."""
    lines = [f"{shape.name}  {shape.title} ({shape.values:,} values)", _HEAD]
    for name, figures in found.items():
        numbers = "".join(
            _cell(figures[key], width, digits)
            for key, width, digits in (
                ("cpu_ms", 9, 3),
                ("server_cpu_ms", 9, 3),
                ("postgres_cpu_ms", 10, 3),
                ("rps", 9, 0),
                ("p50_ms", 9, 2),
                ("p99_ms", 9, 2),
                ("rss_mb", 9, 0),
                ("statements", 6, 1),
            )
        )
        lines.append(f"  {name:<18}{numbers}   {_verdict(shape.name, name, found)}")
    return "\n".join(lines)


def summary(results: Results) -> str:
    """Return our CPU per request as a share of each peer's, a line per peer and a column per shape."""
    peers = [name for name in next(iter(results.values()), {}) if name != OURS]
    lines = [f"  {'ours / peer':<18}" + "".join(f"{shape:>7}" for shape in results)]
    for peer in peers:
        shares = "".join(_cell(ratio(found, peer), 7, 2) for found in results.values())
        lines.append(f"  {peer:<18}{shares}{'   the same work' if peer == MERCURIUS_GUARDED else ''}")
    return "\n".join(lines)


def ratio(found: dict[str, Figures], peer: str) -> float | None:
    """Return our CPU per request divided by the peer's, or None where one of them was not measured."""
    ours, theirs = (found.get(name, {}).get("cpu_ms") for name in (OURS, peer))
    return ours / theirs if ours and theirs else None


def write(results: Results) -> None:
    """Write the results for programs."""
    RESULTS.write_text(json.dumps({"shapes": results}, indent=2) + "\n", "utf-8")


def read() -> Results:
    """Read the results of the latest run."""
    shapes: Results = json.loads(RESULTS.read_text("utf-8"))["shapes"]
    return shapes


def _cell(value: float | None, width: int, digits: int) -> str:
    return f"{'-':>{width}}" if value is None else f"{value:>{width},.{digits}f}"


def _verdict(shape: str, server: str, found: dict[str, Figures]) -> str:
    if server == OURS:
        cpu = found[OURS]["cpu_ms"]
        if shape != "Q0" or cpu is None:
            return ""
        return f"target {targets.Q0_MS} ms: {_word(cpu <= targets.Q0_MS)}"
    share = ratio(found, server)
    if share is None:
        return ""
    if server == MERCURIUS_GUARDED:
        return f"{share:.2f}  (the same work)"
    most = targets.target(server, shape)
    if most is None:
        return f"{share:.2f}"
    return (
        f"{share:.2f}  ({'floor' if server == STRAWBERRY else 'target'} {most:.2f}: {_word(share <= most)})"
    )


def _word(reached: bool) -> str:
    return "reached" if reached else "missed"
