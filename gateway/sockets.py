"""graphql-transport-ws: many operations over one socket (enisdenjo/graphql-ws, PROTOCOL.md)."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import orjson
from graphql import GraphQLError, OperationType
from starlette.types import Receive, Send

from domain.users import Viewer
from gateway.frames import CloseSocket, read_id, read_message
from gateway.operations import Gateway, Outcome
from gateway.requests import GraphQLRequest, read_request
from graph.documents import RefusedDocumentError
from graph.masking import Formatted

INIT_WAIT_S = 5.0
PING_EVERY_S = 20.0
SEND_TIMEOUT_S = 10.0
MOST_OPERATIONS = 100


class Socket:
    """One connection: it has to be initialised once, then runs operations side by side."""

    def __init__(self, gateway: Gateway, receive: Receive, send: Send) -> None:
        self._gateway = gateway
        self._receive = receive
        self._send = send
        self._viewer: Viewer | None = None
        self._initialised = False
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._alive = True
        self._ended = asyncio.Event()
        self._ending: CloseSocket | None = None
        self._expiry: asyncio.TimerHandle | None = None

    async def serve(self) -> None:
        """Read messages until the end; whatever ends it, every operation is cancelled."""
        reader = asyncio.create_task(self._read())
        watchers = [asyncio.create_task(self._await_init()), asyncio.create_task(self._keep_alive())]
        ended = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait([reader, ended], return_when=asyncio.FIRST_COMPLETED)
        finally:
            if self._expiry is not None:
                self._expiry.cancel()
            tasks = [reader, ended, *watchers, *self._operations.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._ending is not None:
            with contextlib.suppress(Exception):
                await self._send(
                    {"type": "websocket.close", "code": self._ending.code, "reason": self._ending.reason}
                )

    def _end(self, code: int, reason: str) -> None:
        if self._ending is None:
            self._ending = CloseSocket(code, reason)
            self._ended.set()

    async def _read(self) -> None:
        try:
            while True:
                event = await self._receive()
                if event["type"] == "websocket.disconnect":
                    return
                self._alive = True
                await self._take(read_message(event))
        except CloseSocket as ending:
            self._end(ending.code, ending.reason)

    async def _take(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "connection_init":
            await self._initialise(message.get("payload"))
        elif kind == "ping":
            await self._say({"type": "pong"})
        elif kind == "subscribe":
            self._subscribe(message)
        elif kind == "complete":
            operation = self._operations.pop(read_id(message), None)
            if operation is not None:
                operation.cancel()
        elif kind != "pong":
            raise CloseSocket(4400, "Unknown message type")

    async def _initialise(self, payload: Any) -> None:
        if self._initialised:
            raise CloseSocket(4429, "Too many initialisation requests")
        if payload is not None and not isinstance(payload, dict):
            raise CloseSocket(4400, "The payload of connection_init must be an object")
        self._initialised = True
        given = (payload or {}).get("authorization") or (payload or {}).get("Authorization") or ""
        if not isinstance(given, str):
            raise CloseSocket(4400, "authorization must be a string")
        try:
            self._viewer = self._gateway.viewer(given)
        except RefusedDocumentError:
            raise CloseSocket(4403, "Forbidden") from None
        if given:
            left = self._gateway.tokens.expiry(given.partition(" ")[2].strip()) - time.time()
            loop = asyncio.get_running_loop()
            self._expiry = loop.call_later(max(0.0, left), self._end, 4403, "The access token expired")
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
        outcome = Outcome(self._gateway.new_request_id(), transport="websocket")
        response: Formatted = {}
        try:
            response = await self._answer(id_, payload, outcome)
        except RefusedDocumentError as refusal:
            response = self._gateway.refusal(outcome.request_id, *refusal.errors)
            await self._say({"id": id_, "type": "error", "payload": response["errors"]})
        finally:
            self._operations.pop(id_, None)
            self._gateway.finish(outcome, response, began)

    async def _answer(self, id_: str, payload: dict[str, Any], outcome: Outcome) -> Formatted:
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
        return await self._stream(id_, prepared, request, outcome)

    async def _stream(self, id_: str, prepared: Any, request: GraphQLRequest, outcome: Outcome) -> Formatted:
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

    async def _say(self, message: dict[str, Any]) -> None:
        """Send one message; a peer that does not read for ten seconds is closed, nothing piles up for it."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._send({"type": "websocket.send", "text": orjson.dumps(message).decode()})
        except TimeoutError:
            self._end(1013, "The client reads too slowly")
        except (RuntimeError, OSError):
            self._end(1006, "The client is gone")

    async def _await_init(self) -> None:
        await asyncio.sleep(INIT_WAIT_S)
        if not self._initialised:
            self._end(4408, "Connection initialisation timeout")

    async def _keep_alive(self) -> None:
        while True:
            self._alive = False
            await asyncio.sleep(PING_EVERY_S)
            if not self._alive:
                await self._say({"type": "ping"})
                await asyncio.sleep(PING_EVERY_S)
                if not self._alive:
                    self._end(1011, "The peer does not answer")
                    return
