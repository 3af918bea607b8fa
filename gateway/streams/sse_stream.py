"""Event stream: one operation per request, its responses as server-sent events (enisdenjo/graphql-sse, PROTOCOL.md).

This is the protocol's mode of distinct connections.
"""

import asyncio
import time
from dataclasses import dataclass

import orjson
from graphql import GraphQLError, OperationType
from starlette.types import Receive, Send

from domain.accounts.users import Viewer
from gateway.callers.request_info import cookie_headers
from gateway.connections.chunked_responses import chunked_response_of
from gateway.connections.refusals import RETRY_AFTER_S, RequestRefusal
from gateway.http.errors import HttpError
from gateway.operations.pipeline import OperationPipeline
from gateway.operations.requests import GraphQLRequest
from gateway.rate_limits.cost_reports import HeaderLines
from gateway.streams import websocket_sinks
from gateway.streams.sse_events import COMPLETE, HEAD, next_event
from gateway.streams.sse_heartbeat import SseHeartbeat
from gateway.streams.sse_sinks import SseSink
from gateway.telemetry.operation_outcomes import OperationOutcome
from graph.documents.prepared import PreparedOperation
from graph.execution.error_masking import Formatted

QUIET_S = 0.1
"""How long before the end of a drained stream its last event is: graphql-sse notices an end only between two events."""


@dataclass(slots=True)
class StreamClient:
    """The client of a stream; its access token expires at `expires_at`, in Unix seconds."""

    viewer: Viewer | None
    expires_at: float
    last_event_id: str | None


class EventStream:
    """Runs one operation over SSE, and sends the head of the response as late as possible.

    Until then the operation can still be refused with a status and JSON. `is_answered` says that it is too late for
    that, or that the client is gone.
    """

    __slots__ = (
        "_body",
        "_heartbeat",
        "_is_draining",
        "_outcome",
        "_over",
        "_pipeline",
        "_receive",
        "_refusal",
        "_send",
        "_sink",
        "is_answered",
    )

    def __init__(
        self, pipeline: OperationPipeline, outcome: OperationOutcome, receive: Receive, send: Send
    ) -> None:
        self._pipeline = pipeline
        self._outcome = outcome
        self._receive = receive
        self._send = send
        self._body = chunked_response_of(receive)
        self._sink: SseSink | None = None
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._refusal: GraphQLError | None = None
        self._heartbeat = SseHeartbeat(self._body, end=self._end)
        self._is_draining = False
        self.is_answered = False

    async def serve(
        self, prepared: PreparedOperation, request: GraphQLRequest, client: StreamClient
    ) -> Formatted:
        """Run an operation until it ends, the client leaves, or the process ends; return the response to log.

        If it is not `is_answered`, that response is a refusal that the caller has to send. Raises RefusedDocumentError.
        """
        operation = asyncio.create_task(self._operate(prepared, request, client))
        disconnect = asyncio.create_task(self._disconnected())
        operation.add_done_callback(self._operated)
        disconnect.add_done_callback(lambda _: self._finish())
        revocable = self._pipeline.revocations.register(client.viewer, self._end) if client.viewer else None
        if client.viewer is not None:
            self._heartbeat.expires(client.expires_at - time.time())
        is_subscription = prepared.kind is OperationType.SUBSCRIPTION
        drain_handle = self._pipeline.drain.enter(self._drain) if is_subscription else None
        try:
            await self._over
        finally:
            self._heartbeat.stop()
            if drain_handle is not None:
                self._pipeline.drain.leave(drain_handle)
            if revocable is not None:
                self._pipeline.revocations.leave(revocable)
            if self._sink is not None:
                self._sink.cancel()
                self._outcome.extra["messages"] = self._sink.sent
            is_gone = disconnect.done()
            operation.cancel()
            disconnect.cancel()
            await asyncio.gather(operation, disconnect, return_exceptions=True)
        if self._sink is None and not operation.cancelled():
            return operation.result()
        if is_gone:
            self.is_answered = True
            return {}
        return await self._close()

    async def _disconnected(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def _operated(self, operation: "asyncio.Task[Formatted]") -> None:
        """Finish with the task of the operation, unless a subscription goes on without it."""
        if self._sink is None or operation.cancelled() or operation.exception() is not None:
            self._finish()

    def _finish(self) -> None:
        if not self._over.done():
            self._over.set_result(None)

    def _drain(self) -> None:
        """End a subscription because the process ends, without `complete`, after which a client would not come back."""
        self._is_draining = True
        if self.is_answered:
            self._finish()

    def _end(self, _code: int, reason: str) -> None:
        """End a stream whose access token is no longer valid."""
        if not self._over.done():
            self._refusal = GraphQLError(reason, extensions={"code": "UNAUTHENTICATED"})
            self._finish()

    async def _close(self) -> Formatted:
        """Send why the gateway ends the stream, if its client can change that, and end the body."""
        if self._refusal is None:
            if self._is_draining:
                await asyncio.sleep(QUIET_S)
            await self._send_piece(b"", is_last=True)
            return {}
        response = self._pipeline.refusal(self._outcome.request_id, self._refusal)
        if self.is_answered:
            await self._send_piece(next_event(orjson.dumps(response), None) + COMPLETE, is_last=True)
        return response

    async def _operate(
        self, prepared: PreparedOperation, request: GraphQLRequest, client: StreamClient
    ) -> Formatted:
        if prepared.kind is OperationType.SUBSCRIPTION:
            return await self._subscribe(prepared, request, client)
        response = await self._pipeline.run(prepared, request.variables, client.viewer, self._outcome)
        if "data" in response:
            data, headers = self._pipeline.encode(self._outcome, response, with_cost=False)
            await self._send_head(headers)
            await self._send_piece(next_event(data, None) + COMPLETE, is_last=True)
        return response

    async def _subscribe(
        self, prepared: PreparedOperation, request: GraphQLRequest, client: StreamClient
    ) -> Formatted:
        """Start a subscription, or return the response that refuses it; no task is left for one that listens."""
        pipeline, outcome = self._pipeline, self._outcome
        if self._body is None:
            raise RuntimeError("subscriptions over SSE need the server of `questpath serve`")
        if pipeline.drain.is_closed:
            refusal = RequestRefusal.SHUTTING_DOWN
            raise HttpError(503, refusal.code, refusal.message, retry_after=str(RETRY_AFTER_S))
        await pipeline.charge(prepared, request.variables, client.viewer, outcome)
        context = pipeline.context(client.viewer, outcome)
        context.last_event_id = client.last_event_id
        sink = SseSink(pipeline, outcome, self._body, on_complete=self._finish)
        started = await pipeline.executor.subscribe(prepared, request.variables, context, sink)
        if isinstance(started, dict):
            return started
        self._sink = sink
        sink.subscription = started
        pipeline.observer.streams(outcome)
        await self._send_head([])
        started.start()
        return {}

    async def _send_head(self, headers: HeaderLines) -> None:
        self.is_answered = True
        request_info = self._outcome.context.read_request if self._outcome.context else None
        cookie = cookie_headers(request_info, now=self._pipeline.ports.now())
        head = [(b"x-request-id", self._outcome.request_id.encode()), *HEAD, *headers, *cookie]
        await self._send({"type": "http.response.start", "status": 200, "headers": head})
        self._heartbeat.start()
        if self._is_draining:
            self._finish()

    async def _send_piece(self, piece: bytes, *, is_last: bool) -> None:
        """Send a piece of the body; cut off a client that does not read it within ten seconds."""
        try:
            async with asyncio.timeout(websocket_sinks.SEND_TIMEOUT_S):
                await self._send({"type": "http.response.body", "body": piece, "more_body": not is_last})
        except TimeoutError:
            if self._body is not None:
                self._body.cut()
            self._finish()
