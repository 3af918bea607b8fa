"""Guarded connections: resolves the name of a receiver once, checks every address, and connects to what was checked.

The name is not resolved again, so that an answer of the name server which changes between check and connection changes
nothing. TLS still checks the certificate against the name.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import ip_address
from typing import Any

import httpcore

from domain.webhooks.receiver_addresses import ReceiverRules, may_receive

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Returns the addresses of a host, in the order in which to try them; raises OSError."""


class AddressRefusedError(Exception):
    """The receiver has an address to which webhooks are not sent."""


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for httpcore, to checked addresses only."""

    def __init__(self, rules: ReceiverRules, resolve: Resolve) -> None:
        self._rules = rules
        self._resolve = resolve
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that takes a connection; raises AddressRefusedError if one is not allowed."""
        try:
            addresses = await self._resolve(host, port)
        except OSError as failure:
            raise httpcore.ConnectError(type(failure).__name__) from failure
        if not all(may_receive(ip_address(address), self._rules) for address in addresses):
            raise AddressRefusedError
        refused: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                refused = failure
        raise refused


async def resolved(host: str, port: int) -> list[str]:
    """Resolve a host by the system, each address once."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
