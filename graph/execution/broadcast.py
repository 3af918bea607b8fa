"""Broadcast: executes and encodes each event of a subscription once for all subscribers that get the same response."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import orjson
from graphql.execution.values import VariableValues

from domain.accounts.users import Viewer
from graph.engine.plans import Plan
from graph.engine.runner import Result, Run
from graph.execution.error_masking import Formatted
from resolvers.context import Context, Ports
from resolvers.live.listeners import event_id_of

_WRITES_PER_TURN = 128
"""How many sinks are written to before the event loop runs other tasks."""


class EncodedResponse:
    """An encoded response, and the id of its event, from which a client can resume.

    `frames` is a cache for transports: the bytes that they send for it.
    """

    __slots__ = ("data", "event_id", "frames")

    def __init__(self, data: bytes, event_id: str | None = None) -> None:
        self.data = data
        self.event_id = event_id
        self.frames: dict[str, bytes] = {}


class ResponseSink(Protocol):
    """Where a transport sends the responses of one subscription."""

    @property
    def request_id(self) -> str:
        """The id of the request that subscribed."""

    @property
    def is_ready(self) -> bool:
        """Whether the client has read nearly everything that was sent."""

    async def drained(self) -> None:
        """Wait until the client has read."""

    def write(self, response: EncodedResponse) -> None:
        """Send a response, without waiting."""

    def complete(self) -> None:
        """Tell the client that no response follows."""


class Broadcast:
    """Executes one plan as `viewer`: None if several subscribers may get the same response.

    `respond` formats a result and `fail` an error, each for a context.
    """

    __slots__ = (
        "__weakref__",
        "_fail",
        "_plan",
        "_ports",
        "_queue",
        "_respond",
        "_task",
        "_variables",
        "_viewer",
    )

    def __init__(
        self,
        plan: Plan,
        variables: VariableValues,
        ports: Ports,
        viewer: Viewer | None,
        *,
        respond: Callable[[Result, Context], Formatted],
        fail: Callable[[Exception, Context], Formatted],
    ) -> None:
        self._plan = plan
        self._variables = variables
        self._ports = ports
        self._viewer = viewer
        self._respond = respond
        self._fail = fail
        self._queue: list[tuple[Any, list[ResponseSink]]] = []
        self._task: asyncio.Task[None] | None = None

    def send(self, event: Any, sink: ResponseSink) -> None:
        """Send the response of an event to a sink; consecutive calls with the same event share one execution."""
        if not self._queue or self._queue[-1][0] is not event:
            self._queue.append((event, []))
        self._queue[-1][1].append(sink)
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def response_to(self, event: Any, request_id: str) -> EncodedResponse:
        """Execute an event and encode the response."""
        context = Context(self._ports, self._viewer, request_id)
        try:
            with context.watched():
                started = Run(self._plan, context=context, variables=self._variables, root=event).start()
                result = started if isinstance(started, tuple) else await started
            data = orjson.dumps(self._respond(result, context))
        except Exception as defect:  # noqa: BLE001 - masked and logged, like a failing field
            data = orjson.dumps(self._fail(defect, context))
        return EncodedResponse(data, event_id_of(event))

    def failure(self, error: Exception, request_id: str) -> EncodedResponse:
        """Return the response which says that the stream failed."""
        return EncodedResponse(
            orjson.dumps(self._fail(error, Context(self._ports, self._viewer, request_id)))
        )

    async def _run(self) -> None:
        try:
            while self._queue:
                event, sinks = self._queue.pop(0)
                response = await self.response_to(event, sinks[0].request_id)
                for number, sink in enumerate(sinks, 1):
                    sink.write(response)
                    if number % _WRITES_PER_TURN == 0:
                        await asyncio.sleep(0)
        finally:
            self._task = None
