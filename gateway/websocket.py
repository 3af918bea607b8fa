"""Websockets: which are accepted, by origin and subprotocol."""

from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send

from gateway.operations import Gateway
from gateway.sockets import Socket

PROTOCOL = "graphql-transport-ws"


class WebSocketEndpoint:
    """Accepts sockets that speak the protocol and come from an allowed origin."""

    def __init__(self, gateway: Gateway, origins: frozenset[str]) -> None:
        self._gateway = gateway
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until either side closes it."""
        await receive()
        headers = dict(scope["headers"])
        if not self._allowed(headers):
            await send({"type": "websocket.close", "code": 4403, "reason": "Origin not allowed"})
            return
        if PROTOCOL not in scope.get("subprotocols", ()):
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": 4406, "reason": "Subprotocol not acceptable"})
            return
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        await Socket(self._gateway, receive, send).serve()

    def _allowed(self, headers: dict[bytes, bytes]) -> bool:
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        return not origin or origin in self._origins or urlsplit(origin).netloc == host
