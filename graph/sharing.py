"""Sharing: a subscription whose selection holds nothing of the caller is executed and encoded once for all its sockets.

What may be shared follows from the declarations alone, and a shared event is executed for nobody: a field that looked
at the caller all the same would find an anonymous one. Any other is executed for each, but without a task of its own
that waits.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import orjson
from graphql.execution.values import VariableValues

from domain.users import Viewer
from graph.declarations import Declaration
from graph.engine.answers import Arguments, converter, declaration_of
from graph.engine.plans import FieldPlan, Plan, Selection
from graph.engine.running import Result, Run
from graph.engine.walking import fields_of, selections_of
from graph.masking import Formatted
from resolvers.batches import Rows
from resolvers.context import Context, Ports
from resolvers.listening import Listener, mark_of

_TURN = 128
"""How many sockets are written to before others get a turn of the event loop."""


class Payload:
    """An encoded response, and what the client may go on from after it.

    `frames` is for transports, which may keep there what they make of it.
    """

    __slots__ = ("data", "frames", "mark")

    def __init__(self, data: bytes, mark: str | None = None) -> None:
        self.data = data
        self.mark = mark
        self.frames: dict[str, bytes] = {}


class Outlet(Protocol):
    """Where a transport takes the responses of one subscription."""

    @property
    def request_id(self) -> str:
        """The id of the operation that subscribed."""

    @property
    def is_ready(self) -> bool:
        """Whether the peer has taken what it was sent."""

    def write(self, payload: Payload) -> None:
        """Send a response, without waiting."""

    def end(self, payload: Payload) -> None:
        """Send the last response."""


class Broadcast:
    """One plan for all who subscribed to it, executed for `viewer`: nobody where there may be several.

    `respond` makes the response of a result, `fail` that of a defect, each on behalf of a context.
    """

    __slots__ = (
        "__weakref__",
        "_fail",
        "_plan",
        "_ports",
        "_respond",
        "_task",
        "_told",
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
        self._told: list[tuple[Any, list[Outlet]]] = []
        self._task: asyncio.Task[None] | None = None

    def take(self, event: Any, outlet: Outlet) -> None:
        """Send an event to an outlet; those who take the same event one after another share its execution."""
        if not self._told or self._told[-1][0] is not event:
            self._told.append((event, []))
        self._told[-1][1].append(outlet)
        if self._task is None:
            self._task = asyncio.create_task(self._send())

    async def payload(self, event: Any, request_id: str) -> Payload:
        """Execute an event."""
        context = Context(self._ports, self._viewer, request_id)
        try:
            with context.watched():
                started = Run(self._plan, context=context, variables=self._variables, root=event).start()
                result = started if isinstance(started, tuple) else await started
            response = self._respond(result, context)
        except Exception as defect:  # noqa: BLE001 - masked and logged, like a failing field
            response = self._fail(defect, context)
        return Payload(orjson.dumps(response), mark_of(event))

    def failure(self, error: Exception, request_id: str) -> Payload:
        """Return what tells that the stream failed."""
        return Payload(orjson.dumps(self._fail(error, Context(self._ports, self._viewer, request_id))))

    async def _send(self) -> None:
        try:
            while self._told:
                event, outlets = self._told.pop(0)
                payload = await self.payload(event, outlets[0].request_id)
                for number, outlet in enumerate(outlets, 1):
                    outlet.write(payload)
                    if number % _TURN == 0:
                        await asyncio.sleep(0)
        finally:
            self._task = None


class Subscriber:
    """One subscription of a broadcast, between the stream that tells it events and the outlet that takes responses."""

    __slots__ = ("_broadcast", "_is_open", "_leave", "_outlet")

    def __init__(self, broadcast: Broadcast, outlet: Outlet) -> None:
        self._broadcast = broadcast
        self._outlet = outlet
        self._leave: Callable[[Listener], None] | None = None
        self._is_open = False

    @property
    def is_ready(self) -> bool:
        """Whether it takes the next event: the first response was sent, and the peer has read."""
        return self._is_open and self._outlet.is_ready

    async def begin(self, first: Any) -> None:
        """Send the first event, which is the subscriber's own."""
        try:
            self._outlet.write(await self._broadcast.payload(first, self._outlet.request_id))
        except BaseException:
            self.leave()
            raise
        self._is_open = True

    def take(self, event: Any) -> None:
        """Send an event."""
        self._broadcast.take(event, self._outlet)

    def end(self, error: Exception) -> None:
        """Tell the client that the stream failed."""
        self._outlet.end(self._broadcast.failure(error, self._outlet.request_id))

    def on_leave(self, leave: Callable[[Listener], None]) -> None:
        """Keep the way to leave."""
        self._leave = leave

    def leave(self) -> None:
        """Listen no more."""
        if self._leave is not None:
            self._leave(self)
            self._leave = None


class Source:
    """The stream of a plan that many may join; `is_shared` tells whether each event is the same for all of them.

    It is where all there is below the stream is an attribute that is not personal, or a batch of public rows, and no
    argument of it a variable, so that one execution answers every subscriber of the plan.
    """

    def __init__(self, plan: Plan, field: FieldPlan, declaration: Declaration) -> None:
        self.is_shared = all(_is_impersonal(selection) for selection in selections_of(field.shape))
        self._join = declaration.shared
        self._arguments = Arguments(field.definition, field.nodes[0])
        self._arguments.convert = converter(plan.schema, field.definition, declaration)

    async def join(self, listener: Listener, context: Context, variables: VariableValues) -> Any:
        """Return the first event, if it is shared as nobody; raises what the stream would end with."""
        assert self._join is not None  # noqa: S101 - looked at when it was made
        asking = context
        if self.is_shared:
            asking = Context(context.ports, None, context.request_id, mark=context.mark, meter=context.meter)
        return await self._join(asking, listener, **self._arguments.read(variables))


def source_of(plan: Plan) -> Source | None:
    """Return the stream of a plan; None where it cannot be joined."""
    fields = list(fields_of(plan.root))
    declaration = declaration_of(fields[0].definition) if len(fields) == 1 else None
    if declaration is None or declaration.shared is None:
        return None
    return Source(plan, fields[0], declaration)


def _is_impersonal(selection: Selection) -> bool:
    return all(_is_open_to_all(field) for field in fields_of(selection))


def _is_open_to_all(field: FieldPlan) -> bool:
    declaration = declaration_of(field.definition)
    if declaration is None or field.refusal is not None or any("$" in text for text in field.arguments.text):
        return False
    if declaration.word == "batch":
        open_to_all = declaration.batch is not None and declaration.batch.rows is Rows.PUBLIC
    else:
        open_to_all = declaration.word == "attribute" and not declaration.personal
    return open_to_all and all(_is_impersonal(selection) for selection in selections_of(field.shape))
