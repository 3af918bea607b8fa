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
from gateway.callers.clients import UNKNOWN, Client, client_in
from gateway.connections.refusals import RETRY_AFTER_S, Refusal
from gateway.connections.tallies import Tally
from gateway.connections.wires import Wire
from gateway.operations.gateways import Gateway
from gateway.operations.requests import GraphQLRequest, read_request
from gateway.streams.frames import CloseSocket, carried, read_id, read_message
from gateway.streams.outlets import WireOutlet
from gateway.streams.socket_lives import SocketLife
from gateway.telemetry.outcomes import Outcome
from graph.documents import Prepared, RefusedDocumentError
from graph.masking import Formatted
from resolvers.door import Door

MOST_OPERATIONS = 100
SHUTTING_DOWN = {"code": Refusal.SHUTTING_DOWN.code, "retryAfter": RETRY_AFTER_S}


class Socket(SocketLife):
    """One connection: it has to be initialised once, then runs operations side by side."""

    __slots__ = (
        "_client",
        "_find_door",
        "_initialised",
        "_viewer",
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
        client: Client = UNKNOWN,
        per_user: Tally | None = None,
    ) -> None:
        super().__init__(gateway, receive, send, per_user=per_user)
        self._client = client
        self._wire = wire
        self._find_door = find_door
        self._viewer: Viewer | None = None
        self._initialised = False

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
        self._client = client_in(payload or {}, self._client)
        self._watchdog.initialised()
        given = (payload or {}).get("authorization") or (payload or {}).get("Authorization") or ""
        if not isinstance(given, str):
            raise CloseSocket(4400, "authorization must be a string")
        try:
            self._viewer, ends_at = await self._gateway.admit(given)
        except RefusedDocumentError:
            raise CloseSocket(4403, "Forbidden") from None
        if self._viewer is not None:
            self._seated(self._gateway.revocations.take_seat(self._viewer, self._end))
            self._watchdog.expires(ends_at - time.time())
        await self._say({"type": "connection_ack"})

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
        outcome = self._gateway.open("websocket", carried(payload), self._find_door, self._client)
        response: Formatted | None = {}
        try:
            with self._gateway.observer.traced(outcome):
                response = await self._answer(id_, payload, outcome)
        except RefusedDocumentError as refusal:
            response = self._gateway.refusal(outcome.request_id, *refusal.errors)
            await self._say({"id": id_, "type": "error", "payload": response["errors"]})
        except Exception as defect:  # noqa: BLE001 - no field answers for it: masked and logged like one
            response = self._gateway.defect(outcome.request_id, defect)
            await self._say({"id": id_, "type": "error", "payload": response["errors"]})
        finally:
            if self._operations.get(id_) is asyncio.current_task():
                del self._operations[id_]
            if response is not None:
                self._gateway.finish(outcome, response, began)
            self._end_if_left()

    async def _answer(self, id_: str, payload: dict[str, Any], outcome: Outcome) -> Formatted | None:
        """Run an operation to its end; None where it goes on as an outlet."""
        if len(self._operations) > MOST_OPERATIONS:
            raise RefusedDocumentError(
                GraphQLError(
                    f"At most {MOST_OPERATIONS} operations may be open on one socket; complete one first.",
                    extensions={"code": "RATE_LIMITED"},
                )
            )
        if self._gateway.drain.is_closed:
            raise RefusedDocumentError(
                GraphQLError("This server is about to end; connect again.", extensions=SHUTTING_DOWN)
            )
        request = read_request(payload)
        prepared = await self._gateway.prepare(request, self._viewer, outcome)
        if prepared.kind is not OperationType.SUBSCRIPTION:
            response = await self._gateway.run(prepared, request.variables, self._viewer, outcome)
            await self._respond(id_, response, outcome)
            return response
        await self._gateway.charge(prepared, request.variables, self._viewer, outcome)
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
        self._gateway.observer.streams(outcome)
        return True

    async def _stream(
        self, id_: str, prepared: Prepared, request: GraphQLRequest, outcome: Outcome
    ) -> Formatted:
        context = self._gateway.context(self._viewer, outcome)
        started = await self._gateway.executor.stream(prepared, request.variables, context)
        if not isinstance(started, AsyncIterator):
            await self._respond(id_, started, outcome)
            return started
        self._gateway.observer.streams(outcome)
        self._streaming(id_)
        sent = 0
        async with contextlib.aclosing(started) as responses:  # type: ignore[type-var]
            async for response in responses:
                await self._say({"id": id_, "type": "next", "payload": response})
                sent += 1
                self._gateway.observer.metrics.messages += 1
        outcome.extra["messages"] = sent
        await self._say({"id": id_, "type": "complete"})
        return {}

    async def _respond(self, id_: str, response: Formatted, outcome: Outcome) -> None:
        body, _ = self._gateway.written(outcome, response, asked=False)
        if "data" not in response:
            await self._say({"id": id_, "type": "error", "payload": response["errors"]})
            return
        await self._say({"id": id_, "type": "next", "payload": orjson.Fragment(body)})
        await self._say({"id": id_, "type": "complete"})
