"""Session of one websocket in the protocol graphql-transport-ws (enisdenjo/graphql-ws, PROTOCOL.md)."""

import asyncio
import contextlib
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import orjson
from starlette.types import Receive, Send

from domain.accounts.users import Viewer
from gateway.authentication.revocations import RevocableConnection
from gateway.callers.client_apps import UNKNOWN, ClientApp, client_in
from gateway.connections.keyed_counters import KeyedCounter
from gateway.connections.websocket_protocol import WebSocketConnection
from gateway.operations.pipeline import OperationPipeline
from gateway.operations.strict_json import FREE_BYTES, price_of
from gateway.rate_limits.errors import ANSWERED_AFTER_S, RateLimitedError
from gateway.streams.websocket_heartbeat import WebSocketHeartbeat
from gateway.streams.websocket_messages import CloseSocket, read_id, read_message, read_payload
from gateway.streams.websocket_operations import WebSocketOperations
from gateway.streams.websocket_sinks import SEND_TIMEOUT_S
from graph.documents.prepared import RefusedDocumentError
from resolvers.request_info import RequestInfo

TRY_AGAIN = 1013


class WebSocketSession:
    """Reads the messages of one client: an initialisation, then operations, which run side by side."""

    __slots__ = (
        "_client",
        "_close",
        "_drain_handle",
        "_heartbeat",
        "_is_initialised",
        "_operations",
        "_per_user",
        "_pipeline",
        "_reader",
        "_receive",
        "_revocable",
        "_send",
        "_viewer",
    )

    def __init__(
        self,
        pipeline: OperationPipeline,
        receive: Receive,
        send: Send,
        connection: WebSocketConnection,
        find_request: Callable[[], RequestInfo] = RequestInfo,
        *,
        client: ClientApp = UNKNOWN,
        per_user: KeyedCounter | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._receive = receive
        self._send = send
        self._client = client
        self._per_user = per_user
        self._viewer: Viewer | None = None
        self._is_initialised = False
        self._revocable: RevocableConnection | None = None
        self._reader: asyncio.Task[Any] | None = None
        self._close: CloseSocket | None = None
        end = self._end  # one bound method for both, because there are thousands of websockets
        self._heartbeat = WebSocketHeartbeat(end=end, ping=self._ping)
        self._operations = WebSocketOperations(
            pipeline, connection, find_request, send=self._send_message, end=end
        )
        self._drain_handle = pipeline.drain.enter(self._operations.drain)

    async def serve(self) -> None:
        """Read messages until the websocket closes; then cancel every operation."""
        self._reader = asyncio.current_task()
        try:
            await self._read()
        except asyncio.CancelledError:
            if self._close is None or self._reader is None or self._reader.uncancel():
                raise
        finally:
            self._reader = None
            await self._clean_up()
        if self._close is not None:
            with contextlib.suppress(Exception):
                await self._send(
                    {"type": "websocket.close", "code": self._close.code, "reason": self._close.reason}
                )

    async def _read(self) -> None:
        try:
            while True:
                event = await self._receive()
                if event["type"] == "websocket.disconnect":
                    return
                self._heartbeat.received()
                await self._process(await self._message(event))
                # Messages that wait already would be read in one go; one whose operation was refused delays the next.
                await asyncio.sleep(ANSWERED_AFTER_S if self._operations.was_limited() else 0)
        except CloseSocket as close:
            self._close = self._close or close

    async def _message(self, event: MutableMapping[str, Any]) -> dict[str, Any]:
        """Read a message; a large one waits until its caller can pay for it. Raises CloseSocket."""
        text = event.get("text")
        if text is None or len(text) <= FREE_BYTES:
            return read_message(event)
        try:
            async with self._pipeline.preparation.admit(
                price_of(text.encode()), self._viewer, self._operations.find_request, is_patient=True
            ):
                return read_message(event)
        except RateLimitedError:
            raise CloseSocket(TRY_AGAIN, "Too much is waiting to be read; try again later") from None

    async def _process(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "connection_init":
            await self._initialise(message.get("payload"))
        elif kind == "ping":
            await self._send_message({"type": "pong"})
        elif kind == "subscribe":
            if not self._is_initialised:
                raise CloseSocket(4401, "Unauthorized")
            self._operations.start(read_id(message), read_payload(message), self._viewer, self._client)
        elif kind == "complete":
            self._operations.cancel(read_id(message))
        elif kind != "pong":
            raise CloseSocket(4400, "Unknown message type")

    async def _initialise(self, payload: Any) -> None:
        if self._is_initialised:
            raise CloseSocket(4429, "Too many initialisation requests")
        if payload is not None and not isinstance(payload, dict):
            raise CloseSocket(4400, "The payload of connection_init must be an object")
        self._is_initialised = True
        self._client = client_in(payload or {}, self._client)
        self._heartbeat.initialised()
        authorization = (payload or {}).get("authorization") or (payload or {}).get("Authorization") or ""
        if not isinstance(authorization, str):
            raise CloseSocket(4400, "authorization must be a string")
        try:
            self._viewer, expires_at = await self._pipeline.admit(
                authorization, self._operations.find_request
            )
        except RateLimitedError:
            raise CloseSocket(TRY_AGAIN, "Too many unknown keys; try again later") from None
        except RefusedDocumentError:
            raise CloseSocket(4403, "Forbidden") from None
        if self._viewer is not None:
            self._register(self._viewer)
            self._heartbeat.expires(expires_at - time.time())
        await self._send_message({"type": "connection_ack"})

    def _register(self, viewer: Viewer) -> None:
        """Count the websocket for its user, and close it when the access token is revoked; raises CloseSocket."""
        revocable = self._pipeline.revocations.register(viewer, self._end)
        if self._per_user is not None and not self._per_user.enter(viewer.user_id):
            self._pipeline.revocations.leave(revocable)
            raise CloseSocket(4429, "Too many sockets of this user are open")
        self._revocable = revocable

    async def _clean_up(self) -> None:
        self._heartbeat.stop()
        self._pipeline.drain.leave(self._drain_handle)
        if self._revocable is not None:
            self._pipeline.revocations.leave(self._revocable)
            if self._per_user is not None:
                self._per_user.leave(self._revocable.viewer.user_id)
        await self._operations.cancel_all()

    def _end(self, code: int, reason: str) -> None:
        """Close the websocket from any task; the task that reads is woken for it."""
        if self._close is None:
            self._close = CloseSocket(code, reason)
            if self._reader is not None:
                self._reader.cancel()

    async def _ping(self) -> None:
        await self._send_message({"type": "ping"})

    async def _send_message(self, message: dict[str, Any]) -> None:
        """Send a message; close the websocket of a client that does not read it within ten seconds."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._send({"type": "websocket.send", "text": orjson.dumps(message).decode()})
        except TimeoutError:
            self._end(1013, "The client reads too slowly")
        except (RuntimeError, OSError):
            self._end(1006, "The client is gone")
