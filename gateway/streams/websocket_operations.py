"""Operations of one websocket: each runs in a task; a subscription then goes on as a sink, without one."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from graphql import GraphQLError, OperationType

from domain.accounts.users import Viewer
from gateway.callers.client_apps import ClientApp
from gateway.connections.refusals import RequestRefusal
from gateway.connections.websocket_protocol import WebSocketConnection
from gateway.operations.pipeline import OperationPipeline
from gateway.operations.requests import GraphQLRequest, read_request
from gateway.overload.admission import Lane, Priority
from gateway.streams.websocket_messages import CloseSocket, headers_in
from gateway.streams.websocket_sinks import WebSocketSink
from gateway.telemetry.operation_outcomes import OperationOutcome
from graph.documents.prepared import PreparedOperation, RefusedDocumentError
from graph.execution.error_masking import Formatted
from resolvers.request_info import RequestInfo

MOST_OPERATIONS = 100
SERVICE_RESTART = 1012
"""Clients connect again after it; 1001 is a usual end to some of them, and they would not."""


class WebSocketOperations:
    """The operations that run, by id. `send` sends a message; `end` closes the websocket with a code and a reason."""

    __slots__ = (
        "_connection",
        "_end",
        "_is_draining",
        "_pipeline",
        "_running",
        "_send",
        "_was_limited",
        "find_request",
    )

    def __init__(
        self,
        pipeline: OperationPipeline,
        connection: WebSocketConnection,
        find_request: Callable[[], RequestInfo],
        *,
        send: Callable[[dict[str, Any]], Awaitable[None]],
        end: Callable[[int, str], None],
    ) -> None:
        self._pipeline = pipeline
        self._connection = connection
        self.find_request = find_request
        self._send = send
        self._end = end
        self._running: dict[str, asyncio.Task[None] | WebSocketSink] = {}
        self._is_draining = self._was_limited = False

    def start(self, id_: str, payload: dict[str, Any], viewer: Viewer | None, client: ClientApp) -> None:
        """Run an operation in a task; raises CloseSocket with 4409 for an id in use.

        While the process ends it is not run. The websocket closes, and clients send it again over their next one.
        """
        if id_ in self._running:
            raise CloseSocket(4409, f"Subscriber for {id_} already exists")
        if self._pipeline.drain.is_closed:
            self.drain()
            return
        self._running[id_] = asyncio.create_task(self._run(id_, payload, viewer, client))

    def was_limited(self) -> bool:
        """Return whether an operation was refused by a limit on requests since the last call."""
        was, self._was_limited = self._was_limited, False
        return was

    def cancel(self, id_: str) -> None:
        """End an operation without a message; an unknown id changes nothing."""
        operation = self._running.pop(id_, None)
        if operation is not None:
            operation.cancel()

    async def cancel_all(self) -> None:
        """End all operations, and wait for their tasks."""
        operations = list(self._running.values())
        self._running.clear()
        for operation in operations:
            operation.cancel()
        tasks = [operation for operation in operations if isinstance(operation, asyncio.Task)]
        await asyncio.gather(*tasks, return_exceptions=True)

    def drain(self) -> None:
        """Close the websocket once queries and mutations are answered.

        Subscriptions end with it and without `complete`, after which a client would not subscribe again.
        """
        self._is_draining = True
        self._close_if_idle()

    async def _run(self, id_: str, payload: dict[str, Any], viewer: Viewer | None, client: ClientApp) -> None:
        admission = self._pipeline.admission
        lane: Lane | None = admission.ordinary
        if admission.ordinary.is_full:
            lane = admission.lane(self._priority(payload, viewer))
        if lane is None:
            await self._shed(id_, payload)
            return
        lane.begun += 1
        began = time.perf_counter()
        outcome = self._pipeline.open("websocket", headers_in(payload), self.find_request, client)
        response: Formatted | None = {}
        try:
            with self._pipeline.observer.traced(outcome):
                response = await self._answer(id_, payload, viewer, outcome)
        except RefusedDocumentError as refused:
            refusal, is_late = self._pipeline.preparation.charged(refused, self.find_request)
            self._was_limited = self._was_limited or is_late
            response = self._pipeline.refusal(outcome.request_id, *refusal.errors)
            await self._send({"id": id_, "type": "error", "payload": response["errors"]})
        except Exception as defect:  # noqa: BLE001 - outside every field: masked and logged like a failing one
            response = self._pipeline.defect(outcome.request_id, defect)
            await self._send({"id": id_, "type": "error", "payload": response["errors"]})
        finally:
            lane.ended += 1
            self._leave(id_)
            if response is not None:
                self._pipeline.finish(outcome, response, began)
            self._close_if_idle()

    def _priority(self, payload: dict[str, Any], viewer: Viewer | None) -> Priority:
        """Return how urgent an operation is."""
        urgency = self._pipeline.urgency
        priority = urgency.of_viewer(viewer)
        return urgency.of_parts(payload) if priority is Priority.ORDINARY else priority

    async def _shed(self, id_: str, payload: dict[str, Any]) -> None:
        """Refuse an operation that would be answered too late."""
        self._leave(id_)
        refusal = RequestRefusal.OVERLOADED
        error = GraphQLError(refusal.message, extensions={"code": refusal.code})
        response = self._pipeline.refusal(self._pipeline.request_id_of(headers_in(payload)), error)
        await self._send({"id": id_, "type": "error", "payload": response["errors"]})
        self._close_if_idle()

    def _leave(self, id_: str) -> None:
        """Forget the operation of this task, unless its id is in use again."""
        if self._running.get(id_) is asyncio.current_task():
            del self._running[id_]

    async def _answer(
        self, id_: str, payload: dict[str, Any], viewer: Viewer | None, outcome: OperationOutcome
    ) -> Formatted | None:
        """Run an operation and return its response; None for a subscription, which goes on."""
        self._check_room()
        request = read_request(payload)
        prepared = await self._pipeline.prepare(request, viewer, outcome)
        if prepared.kind is OperationType.SUBSCRIPTION:
            return await self._subscribe(id_, prepared, request, viewer, outcome)
        response = await self._pipeline.run(prepared, request.variables, viewer, outcome)
        await self._respond(id_, response, outcome)
        return response

    def _check_room(self) -> None:
        """Raise RefusedDocumentError if too many operations are open."""
        if len(self._running) > MOST_OPERATIONS:
            self._was_limited = True
            raise RefusedDocumentError(
                GraphQLError(
                    f"At most {MOST_OPERATIONS} operations may be open on one socket; complete one first.",
                    extensions={"code": "RATE_LIMITED"},
                )
            )

    async def _subscribe(
        self,
        id_: str,
        prepared: PreparedOperation,
        request: GraphQLRequest,
        viewer: Viewer | None,
        outcome: OperationOutcome,
    ) -> Formatted | None:
        pipeline = self._pipeline
        await pipeline.charge(prepared, request.variables, viewer, outcome)
        sink = WebSocketSink(pipeline, self._connection, id_, outcome, on_complete=self.cancel, end=self._end)
        context = pipeline.context(viewer, outcome)
        started = await pipeline.executor.subscribe(prepared, request.variables, context, sink)
        if isinstance(started, dict):
            await self._respond(id_, started, outcome)
            return started
        self._running[id_] = sink
        sink.subscription = started
        pipeline.observer.streams(outcome)
        started.start()
        return None

    async def _respond(self, id_: str, response: Formatted, outcome: OperationOutcome) -> None:
        body, _ = self._pipeline.encode(outcome, response, with_cost=False)
        if "data" not in response:
            await self._send({"id": id_, "type": "error", "payload": response["errors"]})
            return
        await self._send({"id": id_, "type": "next", "payload": orjson.Fragment(body)})
        await self._send({"id": id_, "type": "complete"})

    def _close_if_idle(self) -> None:
        """Close a websocket that was open for its last queries and mutations only."""
        if self._is_draining and all(isinstance(each, WebSocketSink) for each in self._running.values()):
            self._end(SERVICE_RESTART, "The server is about to end; connect again")
