"""Websockets: which are accepted, by origin and subprotocol."""

import sys
from functools import partial

from starlette.types import Receive, Scope, Send

from domain.throttles import network_of
from gateway.callers.clients import client_of
from gateway.callers.doors import Doorway, Headers
from gateway.connections.refusals import Refusal
from gateway.connections.tallies import Tally
from gateway.connections.wires import wire_of
from gateway.operations.gateways import Gateway
from gateway.streams.sockets import Socket

PROTOCOL = "graphql-transport-ws"


class WebSocketEndpoint:
    """Accepts sockets that speak the protocol and come from an allowed origin."""

    def __init__(
        self,
        gateway: Gateway,
        doorway: Doorway,
        *,
        per_address: Tally | None = None,
        per_user: Tally | None = None,
    ) -> None:
        self._gateway = gateway
        self._doorway = doorway
        self._per_address = per_address or Tally(sys.maxsize)
        self._per_user = per_user

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until either side closes it."""
        await receive()
        headers = dict(scope["headers"])
        if not self._doorway.is_own(headers):
            await send({"type": "websocket.close", "code": 4403, "reason": "Origin not allowed"})
            return
        if PROTOCOL not in scope.get("subprotocols", ()):
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": 4406, "reason": "Subprotocol not acceptable"})
            return
        address = self._doorway.of_socket(scope, headers).address
        key = network_of(address) if address else ""
        if not self._per_address.enter(key):
            await _refuse(send, Refusal.SOCKETS)
            wire = wire_of(scope)
            if wire is not None:
                wire.handshake_complete = True  # or uvicorn would log that nobody completed it
            return
        try:
            await self._serve(scope, headers, receive, send)
        finally:
            self._per_address.leave(key)

    async def _serve(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        find_door = partial(self._doorway.of_socket, scope, headers)
        client = client_of(headers)
        wire = wire_of(scope)
        if wire is not None:
            wire.forget_handshake()
        metrics = self._gateway.observer.metrics
        metrics.sockets += 1
        try:
            await Socket(
                self._gateway, receive, send, find_door, wire=wire, client=client, per_user=self._per_user
            ).serve()
        finally:
            metrics.sockets -= 1


async def _refuse(send: Send, refusal: Refusal) -> None:
    """Answer the handshake with a status and JSON in the place of a socket."""
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store")]
    start = {"type": "websocket.http.response.start", "status": refusal.status, "headers": headers}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": refusal.body})
