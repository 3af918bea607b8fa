"""Websocket endpoint: accepts websockets by origin and subprotocol."""

import sys

from starlette.types import Receive, Scope, Send

from domain.authentication.attempt_limits import network_of
from gateway.callers.client_apps import client_of
from gateway.callers.origins import SETTING
from gateway.callers.request_info import RequestInfoReader
from gateway.connections.keyed_counters import KeyedCounter
from gateway.connections.refusals import RequestRefusal
from gateway.connections.websocket_protocol import websocket_of
from gateway.http.security_headers import CROSS_ORIGIN
from gateway.operations.pipeline import OperationPipeline
from gateway.overload.admission import Priority
from gateway.streams.websocket_operations import SERVICE_RESTART
from gateway.streams.websocket_session import TRY_AGAIN, WebSocketSession
from resolvers.request_info import RequestInfo

PROTOCOL = "graphql-transport-ws"


class WebSocketEndpoint:
    """Accepts websockets that speak the protocol and come from an allowed origin."""

    def __init__(
        self,
        pipeline: OperationPipeline,
        request_info: RequestInfoReader,
        *,
        per_address: KeyedCounter | None = None,
        per_user: KeyedCounter | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._request_info = request_info
        self._per_address = per_address or KeyedCounter(sys.maxsize)
        self._per_user = per_user

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one websocket until either side closes it."""
        await receive()
        headers = dict(scope["headers"])
        if PROTOCOL not in scope.get("subprotocols", ()):
            await _close(send, 4406, "Subprotocol not acceptable")
            return
        if not self._request_info.is_same_origin(headers):
            self._request_info.origins.log_refusal(headers, what="opening a websocket")
            await _close(send, 4403, f"Origin not allowed; add it to {SETTING}", protocol=PROTOCOL)
            return
        if self._pipeline.drain.is_draining:
            await _close(
                send, SERVICE_RESTART, "The server is about to end; connect again", protocol=PROTOCOL
            )
            return
        if self._pipeline.admission.lane(Priority.ORDINARY) is None:
            await _close(send, TRY_AGAIN, RequestRefusal.OVERLOADED.message, protocol=PROTOCOL)
            return
        request = self._request_info.of_websocket(scope, headers)
        key = network_of(request.address) if request.address else ""
        if not self._per_address.enter(key):
            await _refuse(send, RequestRefusal.SOCKETS)
            websocket = websocket_of(scope)
            if websocket is not None:
                websocket.handshake_complete = True  # else uvicorn logs that it was not completed
            return
        try:
            await self._serve(scope, request, receive, send)
        finally:
            self._per_address.leave(key)

    async def _serve(self, scope: Scope, request: RequestInfo, receive: Receive, send: Send) -> None:
        connection = websocket_of(scope)
        if connection is None:
            raise RuntimeError("websockets need the server of `questpath serve`")
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        client = client_of(dict(scope["headers"]))
        connection.free_handshake()  # and with it the headers of proxies, so the request is described before
        metrics = self._pipeline.observer.metrics
        metrics.sockets += 1
        try:
            await WebSocketSession(
                self._pipeline,
                receive,
                send,
                connection,
                lambda: request,
                client=client,
                per_user=self._per_user,
            ).serve()
        finally:
            metrics.sockets -= 1


async def _close(send: Send, code: int, reason: str, *, protocol: str | None = None) -> None:
    """Accept the handshake and close: a browser shows its page no code and no reason of a refused one."""
    await send({"type": "websocket.accept", "subprotocol": protocol})
    await send({"type": "websocket.close", "code": code, "reason": reason})


async def _refuse(send: Send, refusal: RequestRefusal) -> None:
    """Respond to the handshake with a status and JSON in place of a websocket."""
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"cache-control", b"no-store"),
        CROSS_ORIGIN,
    ]
    start = {"type": "websocket.http.response.start", "status": refusal.status, "headers": headers}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": refusal.body})
