"""`make bench`: start a gateway of its own with demo content and measure a few shapes of request."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path

from bench.client import Load, load

ROOT = Path(__file__).parent.parent
CONNECTIONS = 16
ROUNDS = 3
REQUESTS = 1_000
ACCOUNT = {"email": "ada@questpath.example", "password": "a quest for every day"}
LOGIN = "mutation ($input: LoginInput!) { login(input: $input) { accessToken } }"
SHAPES = {
    "Q0": "{ __typename }",
    "Q1": "{ viewer { user { id handle displayName level xpTotal } } }",
    "Q2": "{ leaderboard { total entries(first: 50) { rank xp user { id handle displayName } } } }",
    "Q3": "{ roadmaps(first: 20) { nodes { title author { handle } currentVersion { nodes { id title kind } } } } }",
}


async def main() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        environment = os.environ | {"QUESTPATH_PORT": str(port), "QUESTPATH_DATA": folder}
        server = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            await asyncio.to_thread(_wait_ready, server)
            await _measure(server, f"http://127.0.0.1:{port}/graphql")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


async def _measure(server: "subprocess.Popen[str]", url: str) -> None:
    token = json.loads(_post(url, {"query": LOGIN, "variables": {"input": ACCOUNT}}))["data"]["login"][
        "accessToken"
    ]
    print(
        f"{'shape':<6}{'req/s':>8}{'p50 ms':>9}{'p99 ms':>9}{'server ms':>11}{'postgres ms':>13}  (CPU per request)"
    )
    for name, text in SHAPES.items():
        body = json.dumps({"query": text}).encode()
        await load(url, body, token=token, requests=REQUESTS // 5, connections=CONNECTIONS)
        rounds = [await _round(server, url, body, token) for _ in range(ROUNDS)]
        run, ours, postgres = sorted(rounds, key=lambda r: r[1] + r[2])[ROUNDS // 2]
        assert run.failures == 0, f"{name}: {run.failures} answers held errors"
        print(
            f"{name:<6}{run.rps:>8.0f}{run.percentile(0.5):>9.2f}{run.percentile(0.99):>9.2f}{ours:>11.3f}{postgres:>13.3f}"
        )


async def _round(
    server: "subprocess.Popen[str]", url: str, body: bytes, token: str
) -> tuple[Load, float, float]:
    before = _cpu_ms(server.pid)
    run = await load(url, body, token=token, requests=REQUESTS, connections=CONNECTIONS)
    after = _cpu_ms(server.pid)
    ours, postgres = ((after[n] - before[n]) / REQUESTS for n in (0, 1))
    return run, ours, postgres


def _cpu_ms(pid: int) -> tuple[float, float]:
    """Return the CPU time of the server and of the Postgres processes below it, from /proc."""
    ours = _ticks(pid)
    postgres = sum(_ticks(child) for child in _descendants(pid))
    milliseconds = 1_000 / os.sysconf("SC_CLK_TCK")
    return ours * milliseconds, postgres * milliseconds


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _descendants(pid: int) -> list[int]:
    children = [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [grandchild for child in children for grandchild in _descendants(child)]


def _wait_ready(server: "subprocess.Popen[str]") -> None:
    assert server.stdout is not None
    for line in server.stdout:
        if re.search("is ready on", line):
            break
    else:
        raise SystemExit("the gateway did not start")
    threading.Thread(target=server.stdout.read, daemon=True).start()


def _post(url: str, body: dict[str, object]) -> bytes:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        content: bytes = response.read()
        return content


if __name__ == "__main__":
    asyncio.run(main())
