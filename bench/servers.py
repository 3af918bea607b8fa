"""Servers that are measured: the command of each, its environment, its requests, its start and its end."""

import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import access_tokens, http_client, postgraphile
from bench.processes import on_core
from bench.shapes import Request, Shape

ROOT = Path(__file__).parent.parent
PEERS = ROOT / "bench" / "peers"
NODE = PEERS / "node_modules" / "node" / "bin" / "node"
OURS = "ours"
STRAWBERRY = "stock-strawberry"
HANDWRITTEN_SQL = "handwritten-sql"
MERCURIUS = "mercurius"
MERCURIUS_GUARDED = "mercurius-guarded"
POSTGRAPHILE = "postgraphile"
STRAWBERRY_SUBSCRIPTIONS = "strawberry-subscriptions"
"""Strawberry's websocket handler, for the benchmark of subscriptions."""
_MERCURIUS = [str(NODE), str(PEERS / "mercurius" / "server.mjs")]
COMMANDS = {
    OURS: [sys.executable, "-m", "gateway.cli", "serve"],
    STRAWBERRY: [sys.executable, "-m", "bench.peers.strawberry.server"],
    STRAWBERRY_SUBSCRIPTIONS: [sys.executable, "-m", "bench.peers.strawberry.subscriptions"],
    HANDWRITTEN_SQL: [sys.executable, "-m", "bench.peers.handwritten_sql.server"],
    MERCURIUS: _MERCURIUS,
    MERCURIUS_GUARDED: [*_MERCURIUS, "--guarded"],
    POSTGRAPHILE: [str(NODE), str(PEERS / "postgraphile" / "server.mjs")],
}
GUARDED = (OURS, MERCURIUS_GUARDED)
"""The servers that check tokens; the others believe the id in the header."""
ORIGIN = "https://app.example.org"
"""The web origin whose pages may read answers of the guarded servers."""
_RATES = (
    *("READS", "WRITES", "GENERATION", "LOGIN", "REGISTER", "RESET", "COST_RESTORE"),
    *("ADDRESS_READS", "ADDRESS_COST_RESTORE", "PREPARATION"),
)
_COSTS = ("COST", "ADDRESS_COST")
HIGH_RATES = {f"QUESTPATH_RATE_{name}": "1000000" for name in _RATES} | {
    f"QUESTPATH_RATE_{name}": "10000000" for name in _COSTS
}
"""Rate limits are counted as always, but high: one learner of a benchmark sends the requests of a thousand."""
UNSHED = {"QUESTPATH_SHED_WAIT_MS": "10000", "QUESTPATH_SHED_MOST": "100000"}
"""No request is refused because of overload: the load of a benchmark keeps a process busy all the time."""
_MANY_FROM_ONE_ADDRESS = (
    "QUESTPATH_CONNECTIONS",
    "QUESTPATH_CONNECTIONS_PER_ADDRESS",
    "QUESTPATH_SOCKETS_PER_ADDRESS",
    "QUESTPATH_SOCKETS_PER_USER",
)
_START_S, _STOP_S = 60, 20
_TOKEN_LIFETIME_S = 240


class ServerError(Exception):
    """A server did not start; the message names its log."""


@dataclass(slots=True)
class Server:
    """A running server."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"
    log: Path
    _tokens: dict[int, tuple[float, str]] = field(default_factory=dict)

    def message(self, shape: Shape, request: Request) -> bytes:
        """Return the bytes of a request of the shape for this server."""
        document, variables = shape.document, request.variables
        if self.name == POSTGRAPHILE:
            document = postgraphile.DOCUMENTS[shape.name]
            variables = postgraphile.variables(shape.name, request)
        body = {"query": document, "operationName": shape.name, "variables": variables}
        return http_client.message(self.port, json.dumps(body).encode(), token=self._token(request))

    def ask(self, shape: Shape, request: Request) -> bytes:
        """Send one request and return the body of its answer."""
        return http_client.ask(self.port, self.message(shape, request))

    def _token(self, request: Request) -> str:
        """Return an access token, the same for some minutes, or the bare id where the server checks none."""
        if self.name not in GUARDED:
            return request.user_id
        made_at, token = self._tokens.get(request.user, (-math.inf, ""))
        if time.monotonic() - made_at > _TOKEN_LIFETIME_S:
            token = access_tokens.issue(request)
            self._tokens[request.user] = (time.monotonic(), token)
        return token


@contextmanager
def running(
    names: list[str],
    url: str,
    logs: Path,
    probe: Shape,
    *,
    core: int | None = 0,
    settings: Mapping[str, str] | None = None,
) -> Iterator[list[Server]]:
    """Start the servers one by one on a core, or on all with None, and stop them at the end of the block."""
    with ExitStack() as stack:
        environment = settings or {}
        yield [stack.enter_context(_running(name, url, logs, probe, core, environment)) for name in names]


@contextmanager
def _running(
    name: str, url: str, logs: Path, probe: Shape, core: int | None, settings: Mapping[str, str]
) -> Iterator[Server]:
    port = _free_port()
    log = logs / f"{name}.log"
    with log.open("wb") as output, on_core(core):
        process = subprocess.Popen(
            COMMANDS[name],
            cwd=ROOT,
            env={**_environment(port, url), **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    server = Server(name, port, process, log)
    try:
        _wait(server, probe)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(port: int, url: str) -> dict[str, str]:
    """Return a server's environment: ours by its settings in the strict profile, the peers' by `BENCH_` variables."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("QUESTPATH_", "REDIS_"))
    }
    return inherited | {
        "QUESTPATH_ENV": "production",
        "QUESTPATH_HOST": "127.0.0.1",
        "QUESTPATH_PORT": str(port),
        "QUESTPATH_SECRET": access_tokens.SECRET,
        "QUESTPATH_LOG": "json",
        "QUESTPATH_HOSTS": "127.0.0.1",
        "QUESTPATH_ORIGINS": ORIGIN,
        "QUESTPATH_NODE_CACHE_VALUES": "0",
        **dict.fromkeys(_MANY_FROM_ONE_ADDRESS, "20000"),
        **HIGH_RATES,
        **UNSHED,
        "DATABASE_URL": url,
        "BENCH_PORT": str(port),
        "BENCH_PUBLIC_KEY": access_tokens.public_key(),
        "BENCH_ORIGIN": ORIGIN,
        "BENCH_RATE": HIGH_RATES["QUESTPATH_RATE_READS"],
        "BENCH_DEPTH": "15",
        "NODE_ENV": "production",
    }


def _wait(server: Server, probe: Shape) -> None:
    deadline = time.monotonic() + _START_S
    last: Exception | None = None
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            server.ask(probe, probe.request(0))
        except (OSError, http_client.ClientError) as error:
            last = error
            time.sleep(0.1)
        else:
            return
    raise ServerError(f"{server.name} did not start ({last}); see {server.log}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
