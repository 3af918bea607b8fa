"""nginx with deploy/nginx/questpath.conf, before gateways of the test, and requests that go through it."""

import asyncio
import contextlib
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.deployment.programs import eventually, run, started
from tests.deployment.units import replaced
from tests.support.clients.raw_http import RawConnection
from tests.support.servers.gateway import ROOT, free_port

NAME = "api.example.org"
MAIN = """
user root;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/questpath.conf;
}}
"""
BODY = b'{"query":"{ leaderboard { total } }"}'
REQUEST = (
    f"POST /graphql HTTP/1.1\r\nhost: {NAME}\r\ncontent-type: application/json\r\ncontent-length: {len(BODY)}\r\n"
    "connection: close\r\n\r\n"
).encode() + BODY
PAUSE_S = 0.03


@dataclass(frozen=True)
class Proxy:
    """A running nginx."""

    folder: Path
    port: int
    plain_port: int
    process: subprocess.Popen[bytes]

    @property
    def certificates(self) -> Path:
        return self.folder / "live"

    def reload(self) -> None:
        """Let nginx read its configuration and its certificates again, as `systemctl reload nginx` does."""
        run(["nginx", "-c", self.folder / "nginx.conf", "-s", "reload"])


@contextlib.contextmanager
def running_proxy(folder: Path, gateways: list[int]) -> Iterator[Proxy]:
    """Run nginx before the gateways on these ports; the certificates are in `live/` of the folder."""
    port, plain_port = free_port(), free_port()
    places = {f"10.0.0.{11 + n}:8000": f"127.0.0.1:{gateway}" for n, gateway in enumerate(gateways)}
    places |= {
        "/etc/letsencrypt/live/api.example.org": str(folder / "live"),
        "    listen [::]:80 default_server;\n": "",
        "    listen [::]:443 ssl http2 default_server;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        "listen 80 ": f"listen 127.0.0.1:{plain_port} ",
        "listen 443 ": f"listen 127.0.0.1:{port} ",
    }
    text = (ROOT / "deploy" / "nginx" / "questpath.conf").read_text("utf-8")
    (folder / "questpath.conf").write_text(replaced(text, places))
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
    command: list[str | Path] = ["nginx", "-c", folder / "nginx.conf"]
    run([*command, "-t"])
    command += ["-g", "daemon off;"]
    with started(command, log=folder / "nginx.log") as process:
        eventually((folder / "nginx.pid").exists)
        yield Proxy(folder, port, plain_port, process)


def trusting_anything() -> ssl.SSLContext:
    """Return the context of a client that does not look at certificates."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def ask(port: int, context: ssl.SSLContext) -> str:
    """Send one request on a connection of its own; return nothing, or what went wrong."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=NAME)
        connection = RawConnection(reader, writer)
        await connection.send(REQUEST)
        response = await connection.response()
        writer.close()
    except (OSError, asyncio.IncompleteReadError, AssertionError) as error:
        return repr(error)
    return "" if response.status == 200 and b'"data"' in response.body else repr(response)


class Stream:
    """A light stream of requests, none of which is repeated."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self.sent = 0
        self.failures: list[str] = []
        self._port, self._context = port, context
        self._over = threading.Event()

    @contextlib.contextmanager
    def flowing(self) -> Iterator[Self]:
        """Send requests from three clients until the end of the block, in a thread beside the test."""
        thread = threading.Thread(target=lambda: asyncio.run(self._all()))
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    async def _all(self) -> None:
        await asyncio.gather(*(self._ask() for _ in range(3)))

    async def _ask(self) -> None:
        while not self._over.is_set():
            failure = await ask(self._port, self._context)
            self.sent += 1
            if failure:
                self.failures.append(failure)
            await asyncio.sleep(PAUSE_S)
