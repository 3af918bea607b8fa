"""graphql-sse, distinct connections: one operation a request, its responses as events (enisdenjo/graphql-sse)."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson
from graphql import GraphQLError, OperationType
from starlette.types import Receive, Send

from domain.users import Viewer
from gateway.callers.doors import answered_cookie
from gateway.connections.lines import Line, line_of
from gateway.connections.refusals import RETRY_AFTER_S, Refusal
from gateway.http.errors import HttpError
from gateway.operations.gateways import Gateway
from gateway.operations.requests import GraphQLRequest
from gateway.rates.tolls import Headers
from gateway.streams import outlets
from gateway.streams.event_outlets import EventOutlet
from gateway.streams.events import COMPLETE, HEAD, next_event
from gateway.streams.pulses import Pulse
from gateway.telemetry.outcomes import Outcome
from graph.documents import Prepared
from graph.masking import Formatted


@dataclass(slots=True)
class Subscribing:
    """Who asks, until when their token is good in Unix seconds, and the last event that they have heard."""

    viewer: Viewer | None
    ends_at: float
    mark: str | None


class EventStream:
    """One operation over SSE. The head of the response is sent as late as can be.

    Until then an operation may still be refused with a status and JSON; `is_answered` tells that it is too late for
    that, or that nobody is there to read it.
    """

    __slots__ = (
        "_ending",
        "_gateway",
        "_is_leaving",
        "_line",
        "_outcome",
        "_outlet",
        "_over",
        "_pulse",
        "_receive",
        "_send",
        "is_answered",
    )

    def __init__(self, gateway: Gateway, outcome: Outcome, receive: Receive, send: Send) -> None:
        self._gateway = gateway
        self._outcome = outcome
        self._receive = receive
        self._send = send
        self._line = line_of(receive)
        self._outlet: EventOutlet | None = None
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ending: GraphQLError | None = None
        self._pulse = Pulse(self._line, end=self._end)
        self._is_leaving = False
        self.is_answered = False

    async def serve(self, prepared: Prepared, request: GraphQLRequest, asking: Subscribing) -> Formatted:
        """Run an operation until it, the client or the gateway ends it; return what its log line tells.

        Where nothing `is_answered`, that is a refusal to be sent still; raises RefusedDocumentError like one.
        """
        job = asyncio.create_task(self._operate(prepared, request, asking))
        gone = asyncio.create_task(self._gone())
        job.add_done_callback(self._operated)
        gone.add_done_callback(lambda _: self._finish())
        seat = self._gateway.revocations.take_seat(asking.viewer, self._end) if asking.viewer else None
        if asking.viewer is not None:
            self._pulse.expires(asking.ends_at - time.time())
        stays = prepared.kind is OperationType.SUBSCRIPTION
        stay = self._gateway.drain.stay(self._wind_up) if stays else None
        try:
            await self._over
        finally:
            self._pulse.stop()
            if stay is not None:
                self._gateway.drain.leave(stay)
            if seat is not None:
                self._gateway.revocations.leave(seat)
            if self._outlet is not None:
                self._outlet.cancel()
                self._outcome.extra["messages"] = self._outlet.sent
            is_gone = gone.done()
            job.cancel()
            gone.cancel()
            await asyncio.gather(job, gone, return_exceptions=True)
        if self._outlet is None and not job.cancelled():
            return job.result()
        if is_gone:
            self.is_answered = True
            return {}
        return await self._close()

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def _operated(self, job: "asyncio.Task[Formatted]") -> None:
        if self._outlet is None or job.cancelled() or job.exception() is not None:
            self._finish()

    def _finish(self) -> None:
        if not self._over.done():
            self._over.set_result(None)

    def _wind_up(self) -> None:
        """End a subscription with the process."""
        self._is_leaving = True
        if self.is_answered:
            self._finish()

    def _end(self, _code: int, reason: str) -> None:
        """End a stream whose token is not good any more."""
        if not self._over.done():
            self._ending = GraphQLError(reason, extensions={"code": "UNAUTHENTICATED"})
            self._finish()

    async def _close(self) -> Formatted:
        """Say why the gateway ends the stream, and end it."""
        if self._ending is None:
            await self._say(COMPLETE if self._is_leaving else b"", more=False)
            return {}
        response = self._gateway.refusal(self._outcome.request_id, self._ending)
        if self.is_answered:
            await self._say(next_event(orjson.dumps(response), None) + COMPLETE, more=False)
        return response

    async def _operate(self, prepared: Prepared, request: GraphQLRequest, asking: Subscribing) -> Formatted:
        gateway, outcome = self._gateway, self._outcome
        if prepared.kind is not OperationType.SUBSCRIPTION:
            response = await gateway.run(prepared, request.variables, asking.viewer, outcome)
            if "data" in response:
                body, told = gateway.written(outcome, response, asked=False)
                await self._open(told)
                await self._say(next_event(body, None) + COMPLETE, more=False)
            return response
        if gateway.drain.is_closed:
            raise HttpError(
                503, Refusal.SHUTTING_DOWN.code, Refusal.SHUTTING_DOWN.message, retry_after=str(RETRY_AFTER_S)
            )
        await gateway.charge(prepared, request.variables, asking.viewer, outcome)
        if self._line is not None and await self._listen(self._line, prepared, request, asking):
            return {}
        return await self._stream(prepared, request, asking)

    async def _listen(
        self, line: Line, prepared: Prepared, request: GraphQLRequest, asking: Subscribing
    ) -> bool:
        """Share a subscription with others where nothing in it depends on who asks; no task is left behind."""
        context = self._gateway.context(asking.viewer, self._outcome)
        context.mark = asking.mark
        outlet = EventOutlet(self._gateway, self._outcome, line, end=self._finish)
        outlet.subscriber = await self._gateway.executor.listen(prepared, request.variables, context, outlet)
        if outlet.subscriber is None:
            return False
        self._outlet = outlet
        self._gateway.observer.streams(self._outcome)
        await self._open([])
        outlet.open()
        return True

    async def _stream(self, prepared: Prepared, request: GraphQLRequest, asking: Subscribing) -> Formatted:
        context = self._gateway.context(asking.viewer, self._outcome)
        context.mark = asking.mark
        started = await self._gateway.executor.stream(prepared, request.variables, context)
        if not isinstance(started, AsyncIterator):
            return started
        await self._open([])
        self._gateway.observer.streams(self._outcome)
        self._outcome.extra["messages"] = 0
        async with contextlib.aclosing(started) as responses:  # type: ignore[type-var]
            async for response in responses:
                await self._say(next_event(orjson.dumps(response), context.mark))
                self._outcome.extra["messages"] += 1
                self._gateway.observer.metrics.messages += 1
        await self._say(COMPLETE, more=False)
        return {}

    async def _open(self, told: Headers) -> None:
        self.is_answered = True
        door = self._outcome.context.opened_door if self._outcome.context else None
        cookie = answered_cookie(door, now=self._gateway.ports.now())
        head = [(b"x-request-id", self._outcome.request_id.encode()), *HEAD, *told, *cookie]
        await self._send({"type": "http.response.start", "status": 200, "headers": head})
        self._pulse.begin()
        if self._is_leaving:
            self._finish()

    async def _say(self, piece: bytes, *, more: bool = True) -> None:
        """Send a piece of the body; a peer that does not read for ten seconds is cut off, nothing piles up."""
        try:
            async with asyncio.timeout(outlets.SEND_TIMEOUT_S):
                await self._send({"type": "http.response.body", "body": piece, "more_body": more})
        except TimeoutError:
            if self._line is not None:
                self._line.cut()
            self._finish()
