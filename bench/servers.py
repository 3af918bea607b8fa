"""The servers that are measured: how each is started, how a request looks to it, and how it ends."""

import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench import client, postgraphile
from bench.machine import on_core
from bench.shapes import Request, Shape, identifier
from domain.ids import SessionId, UserId
from domain.users import Role, Viewer
from gateway.accounts.tokens import JwtTokens
from gateway.security import derived

ROOT = Path(__file__).parent.parent
PEERS = ROOT / "bench" / "peers"
NODE = PEERS / "node_modules" / "node" / "bin" / "node"
OURS, STOCK, LIMIT, MERCURIUS, POSTGRAPHILE = (
    "ours",
    "stock-strawberry",
    "sql-limit",
    "mercurius",
    "postgraphile",
)
LIVE = "live-strawberry"
"""Strawberry's websocket handler, which the bench of subscriptions measures."""
COMMANDS = {
    OURS: [sys.executable, "-m", "gateway.cli", "serve"],
    STOCK: [sys.executable, "-m", "bench.peers.stock_strawberry"],
    LIVE: [sys.executable, "-m", "bench.peers.live_strawberry"],
    LIMIT: [sys.executable, "-m", "bench.peers.sql_limit"],
    MERCURIUS: [str(NODE), str(PEERS / "mercurius" / "server.mjs")],
    POSTGRAPHILE: [str(NODE), str(PEERS / "postgraphile" / "server.mjs")],
}
PLENTY = {
    f"QUESTPATH_RATE_{name}": "1000000"
    for name in ("READS", "WRITES", "GENERATION", "LOGIN", "REGISTER", "RESET", "COST_RESTORE")
} | {"QUESTPATH_RATE_COST": "10000000"}
"""Rate limits are counted as ever; a user of the bench asks for what a thousand people do."""
_SECRET = "a secret of the bench alone, which signs its own tokens"
_START_S, _STOP_S = 60, 20
_TOKEN_KEPT_S = 240
_ALL_FROM_HERE = (
    "QUESTPATH_CONNECTIONS",
    "QUESTPATH_CONNECTIONS_PER_ADDRESS",
    "QUESTPATH_SOCKETS_PER_ADDRESS",
    "QUESTPATH_SOCKETS_PER_USER",
)


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
        """Write a request of the shape as this server takes it."""
        document, variables = shape.document, request.variables
        if self.name == POSTGRAPHILE:
            document = postgraphile.DOCUMENTS[shape.name]
            variables = postgraphile.variables(shape.name, request)
        asked = {"query": document, "operationName": shape.name, "variables": variables}
        return client.message(self.port, json.dumps(asked).encode(), token=self._token(request))

    def ask(self, shape: Shape, request: Request) -> bytes:
        """Send one request and return the body of the answer."""
        return client.ask(self.port, self.message(shape, request))

    def _token(self, request: Request) -> str:
        """Return a token for our gateway, the same for some minutes; the peers take the id itself."""
        if self.name != OURS:
            return request.user_id
        made_at, token = self._tokens.get(request.user, (-math.inf, ""))
        if time.monotonic() - made_at > _TOKEN_KEPT_S:
            token = signed(request)
            self._tokens[request.user] = (time.monotonic(), token)
        return token


def signed(request: Request) -> str:
    """Sign an access token for our gateway, in the name of the learner who asks."""
    viewer = Viewer(
        user_id=UserId(request.user_id),
        session_id=SessionId(identifier("session", request.user)),
        roles=frozenset({Role.LEARNER}),
    )
    token, _ = JwtTokens(derived(_SECRET, "access key")).issue(viewer, now=datetime.now(UTC))
    return token


@contextmanager
def running(names: list[str], url: str, logs: Path, probe: Shape) -> Iterator[list[Server]]:
    """Start the servers on the first core, one by one, and stop them at the end."""
    with ExitStack() as stack:
        yield [stack.enter_context(_running(name, url, logs, probe)) for name in names]


@contextmanager
def _running(name: str, url: str, logs: Path, probe: Shape) -> Iterator[Server]:
    port = _free_port()
    log = logs / f"{name}.log"
    with log.open("wb") as output, on_core(0):
        process = subprocess.Popen(
            COMMANDS[name],
            cwd=ROOT,
            env=_environment(port, url),
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
    """Return what a server is told: ours by its settings in the strict profile, the peers by two variables."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("QUESTPATH_", "REDIS_"))
    }
    return kept | {
        "QUESTPATH_ENV": "production",
        "QUESTPATH_HOST": "127.0.0.1",
        "QUESTPATH_PORT": str(port),
        "QUESTPATH_SECRET": _SECRET,
        "QUESTPATH_LOG": "json",
        "QUESTPATH_HOSTS": "127.0.0.1",
        **dict.fromkeys(_ALL_FROM_HERE, "20000"),
        **PLENTY,
        "DATABASE_URL": url,
        "BENCH_PORT": str(port),
        "NODE_ENV": "production",
    }


def _wait(server: Server, probe: Shape) -> None:
    deadline = time.monotonic() + _START_S
    last: Exception | None = None
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            server.ask(probe, probe.numbered(0))
        except (OSError, client.ClientError) as error:
            last = error
            time.sleep(0.1)
        else:
            return
    raise ServerError(f"{server.name} did not start ({last}); see {server.log}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
