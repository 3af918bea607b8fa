"""Websockets: which are accepted, by origin and subprotocol."""

from functools import partial

from starlette.types import Receive, Scope, Send

from gateway.doors import Doorway
from gateway.operations import Gateway
from gateway.sockets import Socket
from gateway.wires import wire_of

PROTOCOL = "graphql-transport-ws"


class WebSocketEndpoint:
    """Accepts sockets that speak the protocol and come from an allowed origin."""

    def __init__(self, gateway: Gateway, doorway: Doorway) -> None:
        self._gateway = gateway
        self._doorway = doorway

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
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        find_door = partial(self._doorway.of_socket, scope, headers)
        wire = wire_of(scope)
        if wire is not None:
            wire.forget_handshake()
        await Socket(self._gateway, receive, send, find_door, wire=wire).serve()
