"""A server that speaks the part of Vault's interface that is used: AppRole and key-value stores of version 2."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.patience import PATIENCE_S

TOKEN, ROLE_ID, SECRET_ID = "hvs.of-the-test", "role-of-the-test", "secret-of-the-role"


class Vault:
    """What the server keeps: the versions of the secrets at `secret/questpath`."""

    def __init__(self) -> None:
        self.versions: list[dict[str, Any] | None] = []
        self.url = ""
        self.logins = 0
        self.is_sealed = False
        self.answered = threading.Semaphore(0)

    def wait_for_requests(self, count: int) -> None:
        """Wait until so many more requests were answered."""
        while self.answered.acquire(blocking=False):
            pass
        for _ in range(count):
            assert self.answered.acquire(timeout=PATIENCE_S)

    def put(self, **secrets: Any) -> None:
        """Write a new version."""
        self.versions.append(secrets)

    def delete(self) -> None:
        """Delete the newest version."""
        self.versions[-1] = None

    def answer(self, method: str, path: str, token: str | None, body: bytes) -> tuple[int, dict[str, Any]]:
        if self.is_sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if (method, path) in {("POST", "/v1/auth/approle/login"), ("PUT", "/v1/auth/approle/login")}:
            if json.loads(body) != {"role_id": ROLE_ID, "secret_id": SECRET_ID}:
                return 400, {"errors": ["invalid role or secret ID"]}
            self.logins += 1
            return 200, {"auth": {"client_token": TOKEN, "lease_duration": 60, "renewable": True}}
        if token != TOKEN:
            return 403, {"errors": ["permission denied"]}
        if (method, path) != ("GET", "/v1/secret/data/questpath") or not self.versions:
            return 404, {"errors": []}
        metadata = {"version": len(self.versions), "created_time": "2026-12-01T00:00:00Z", "destroyed": False}
        newest = self.versions[-1]
        deleted = "" if newest is not None else "2026-12-01T00:00:01Z"
        data = {"data": newest, "metadata": metadata | {"deletion_time": deleted}}
        return 200 if newest is not None else 404, {"data": data}


@contextlib.contextmanager
def running_vault() -> Iterator[Vault]:
    """Run the server until the end of the block."""
    vault = Vault()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            path = self.path.partition("?")[0]
            status, content = vault.answer(self.command, path, self.headers.get("x-vault-token"), body)
            payload = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)
            vault.answered.release()

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - names of the standard library

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        vault.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield vault
        finally:
            server.shutdown()
