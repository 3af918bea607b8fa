"""graphql-transport-ws: many operations over one socket (enisdenjo/graphql-ws, PROTOCOL.md)."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
from graphql import GraphQLError, OperationType
from starlette.types import Receive, Send

from domain.users import Viewer
from gateway.frames import CloseSocket, read_id, read_message
from gateway.operations import Gateway, Outcome
from gateway.outlets import SEND_TIMEOUT_S, WireOutlet
from gateway.requests import GraphQLRequest, read_request
from gateway.revocations import Seat
from gateway.watchdogs import Watchdog
from gateway.wires import Wire
from graph.documents import Prepared, RefusedDocumentError
from graph.masking import Formatted
from resolvers.door import Door

MOST_OPERATIONS = 100


class Socket:
    """One connection: it has to be initialised once, then runs operations side by side."""

    __slots__ = (
        "_ending",
        "_find_door",
        "_gateway",
        "_initialised",
        "_operations",
        "_reader",
        "_receive",
        "_seat",
        "_send",
        "_viewer",
        "_watchdog",
        "_wire",
    )

    def __init__(
        self,
        gateway: Gateway,
        receive: Receive,
        send: Send,
        find_door: Callable[[], Door] = Door,
        *,
        wire: Wire | None = None,
    ) -> None:
        self._gateway = gateway
        self._wire = wire
        self._find_door = find_door
        self._seat: Seat | None = None
        self._receive = receive
        self._send = send
        self._viewer: Viewer | None = None
        self._initialised = False
        self._operations: dict[str, asyncio.Task[None] | WireOutlet] = {}
        self._reader: asyncio.Task[Any] | None = None
        self._ending: CloseSocket | None = None
        self._watchdog = Watchdog(end=self._end, ping=self._ping)

    async def serve(self) -> None:
        """Read messages until the end; whatever ends it, every operation is cancelled."""
        self._reader = asyncio.current_task()
        try:
            await self._read()
        except asyncio.CancelledError:
            if self._ending is None or self._reader is None or self._reader.uncancel():
                raise
        finally:
            self._reader = None
            await self._clear()
        if self._ending is not None:
            with contextlib.suppress(Exception):
                await self._send(
                    {"type": "websocket.close", "code": self._ending.code, "reason": self._ending.reason}
                )

    async def _clear(self) -> None:
        self._watchdog.stop()
        if self._seat is not None:
            self._gateway.revocations.leave(self._seat)
        operations = list(self._operations.values())
        for operation in operations:
            operation.cancel()
        tasks = [operation for operation in operations if isinstance(operation, asyncio.Task)]
        await asyncio.gather(*tasks, return_exceptions=True)

    def _end(self, code: int, reason: str) -> None:
        """End the connection, from wherever; the reader is woken for it."""
        if self._ending is None:
            self._ending = CloseSocket(code, reason)
            if self._reader is not None:
                self._reader.cancel()

    async def _read(self) -> None:
        try:
            while True:
                event = await self._receive()
                if event["type"] == "websocket.disconnect":
                    return
                self._watchdog.heard()
                await self._take(read_message(event))
        except CloseSocket as ending:
            self._ending = self._ending or ending

    async def _take(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "connection_init":
            await self._initialise(message.get("payload"))
        elif kind == "ping":
            await self._say({"type": "pong"})
        elif kind == "subscribe":
            self._subscribe(message)
        elif kind == "complete":
            self._close(read_id(message))
        elif kind != "pong":
            raise CloseSocket(4400, "Unknown message type")

    async def _initialise(self, payload: Any) -> None:
        if self._initialised:
            raise CloseSocket(4429, "Too many initialisation requests")
        if payload is not None and not isinstance(payload, dict):
            raise CloseSocket(4400, "The payload of connection_init must be an object")
        self._initialised = True
        self._watchdog.initialised()
        given = (payload or {}).get("authorization") or (payload or {}).get("Authorization") or ""
        if not isinstance(given, str):
            raise CloseSocket(4400, "authorization must be a string")
        try:
            self._viewer, ends_at = await self._gateway.admit(given)
        except RefusedDocumentError:
            raise CloseSocket(4403, "Forbidden") from None
        if self._viewer is not None:
            self._seat = self._gateway.revocations.take_seat(self._viewer, self._end)
            self._watchdog.expires(ends_at - time.time())
        await self._say({"type": "connection_ack"})

    def _close(self, id_: str) -> None:
        operation = self._operations.pop(id_, None)
        if operation is not None:
            operation.cancel()

    def _subscribe(self, message: dict[str, Any]) -> None:
        if not self._initialised:
            raise CloseSocket(4401, "Unauthorized")
        id_ = read_id(message)
        if id_ in self._operations:
            raise CloseSocket(4409, f"Subscriber for {id_} already exists")
        payload = message.get("payload")
        if not isinstance(payload, dict):
            raise CloseSocket(4400, "The payload of subscribe must be an object")
        self._operations[id_] = asyncio.create_task(self._operate(id_, payload))

    async def _operate(self, id_: str, payload: dict[str, Any]) -> None:
        began = time.perf_counter()
        outcome = Outcome(self._gateway.new_request_id(), transport="websocket", find_door=self._find_door)
        response: Formatted | None = {}
        try:
            response = await self._answer(id_, payload, outcome)
        except RefusedDocumentError as refusal:
            response = self._gateway.refusal(outcome.request_id, *refusal.errors)
            await self._say({"id": id_, "type": "error", "payload": response["errors"]})
        finally:
            if self._operations.get(id_) is asyncio.current_task():
                del self._operations[id_]
            if response is not None:
                self._gateway.finish(outcome, response, began)

    async def _answer(self, id_: str, payload: dict[str, Any], outcome: Outcome) -> Formatted | None:
        """Run an operation to its end; None where it goes on as an outlet."""
        if len(self._operations) > MOST_OPERATIONS:
            raise RefusedDocumentError(
                GraphQLError(
                    f"At most {MOST_OPERATIONS} operations may be open on one socket; complete one first.",
                    extensions={"code": "RATE_LIMITED"},
                )
            )
        request = read_request(payload)
        prepared = self._gateway.prepare(request, outcome)
        if prepared.kind is not OperationType.SUBSCRIPTION:
            response = await self._gateway.run(prepared, request.variables, self._viewer, outcome)
            await self._respond(id_, response)
            return response
        if self._wire is not None and await self._listen(self._wire, id_, prepared, request, outcome):
            return None
        return await self._stream(id_, prepared, request, outcome)

    async def _listen(
        self, wire: Wire, id_: str, prepared: Prepared, request: GraphQLRequest, outcome: Outcome
    ) -> bool:
        """Share a subscription with others where nothing in it depends on who asks; no task is left behind."""
        outlet = WireOutlet(self._gateway, wire, id_, outcome, done=self._close, end=self._end)
        context = self._gateway.context(self._viewer, outcome)
        outlet.subscriber = await self._gateway.executor.listen(prepared, request.variables, context, outlet)
        if outlet.subscriber is None:
            return False
        self._operations[id_] = outlet
        return True

    async def _stream(
        self, id_: str, prepared: Prepared, request: GraphQLRequest, outcome: Outcome
    ) -> Formatted:
        context = self._gateway.context(self._viewer, outcome)
        started = await self._gateway.executor.stream(prepared, request.variables, context)
        if not isinstance(started, AsyncIterator):
            await self._respond(id_, started)
            return started
        sent = 0
        async with contextlib.aclosing(started) as responses:  # type: ignore[type-var]
            async for response in responses:
                await self._say({"id": id_, "type": "next", "payload": response})
                sent += 1
        outcome.extra["messages"] = sent
        await self._say({"id": id_, "type": "complete"})
        return {}

    async def _respond(self, id_: str, response: Formatted) -> None:
        if "data" not in response:
            await self._say({"id": id_, "type": "error", "payload": response["errors"]})
            return
        await self._say({"id": id_, "type": "next", "payload": response})
        await self._say({"id": id_, "type": "complete"})

    async def _ping(self) -> None:
        await self._say({"type": "ping"})

    async def _say(self, message: dict[str, Any]) -> None:
        """Send one message; a peer that does not read for ten seconds is closed, nothing piles up for it."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._send({"type": "websocket.send", "text": orjson.dumps(message).decode()})
        except TimeoutError:
            self._end(1013, "The client reads too slowly")
        except (RuntimeError, OSError):
            self._end(1006, "The client is gone")
