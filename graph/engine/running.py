"""Running a plan: level by level, each batch once per level, everything that waits at one level together."""

from collections.abc import Coroutine, Iterable
from itertools import chain
from typing import Any, NamedTuple

from graphql import GraphQLError, OperationType, default_field_resolver, get_argument_values
from graphql.execution.values import VariableValues

from graph.engine.completing import Leveller
from graph.engine.frames import Frame, Position
from graph.engine.layouts import getter
from graph.engine.loading import Loader, known
from graph.engine.plans import FieldPlan, Load, Plan
from graph.engine.state import State
from graph.engine.values import picked, read
from graph.engine.waiting import all_of, has_to_wait, settled, together
from graph.rules import refusal_error

Result = tuple[dict[str, Any] | None, list[GraphQLError]]
"""The data, null where null reached the root, and the errors."""


class Call(NamedTuple):
    """A field that waits; `values` are what the resolvers gave, or None where they are not asked yet."""

    field: FieldPlan
    frame: Frame
    values: list[Any] | None


class Level(NamedTuple):
    """What has to be waited for before the next objects are known."""

    loads: dict[Any, list[tuple[Load, Frame]]]
    calls: list[Call]


class Run:
    """One execution of a plan."""

    __slots__ = ("_data", "_loader", "_state")

    def __init__(self, plan: Plan, *, context: Any, variables: VariableValues, root: Any = None) -> None:
        self._state = State(plan, context=context, variables=variables, root=root)
        self._loader = Loader(self._state)
        self._data: dict[str, Any] | None = None

    def start(self) -> "Coroutine[Any, Any, Result] | Result":
        """Complete what needs no waiting; return the result, or what leads to it where something waits."""
        plan = self._state.plan
        frame = Frame(plan.root, [self._state.root])
        if plan.operation.operation is OperationType.MUTATION:
            return self._serially(frame)
        leveller = Leveller(self._state)
        leveller.enter(frame)
        self._data = frame.outs[0]
        level = self._level(leveller)
        return self._waiting(level) if level else self._result()

    def _result(self) -> Result:
        failures = self._state.failures
        if not failures.is_empty:
            self._data = failures.settle(self._data)
        return self._data, failures.errors

    async def _waiting(self, level: Level) -> Result:
        await self._follow(level)
        return self._result()

    async def _serially(self, frame: Frame) -> Result:
        """Answer the root fields one after another, until one nulls the data."""
        frame.outs = [dict(frame.selection.template)]
        self._data = frame.outs[0]
        for field in sorted(frame.selection.calls + frame.selection.refused, key=lambda f: f.place):
            self._loader.forget()
            leveller = Leveller(self._state)
            calls: list[Call] = []
            self._ask(field, frame, leveller, calls)
            level = self._level(leveller, calls)
            if level:
                await self._follow(level)
            if self._result()[0] is None:
                break
        return self._result()

    def _level(self, leveller: Leveller, calls: list[Call] | None = None) -> Level | None:
        """Ask the fields of all frames that were entered; return what waits, or None."""
        loads: dict[Any, list[tuple[Load, Frame]]] = {}
        calls = [] if calls is None else calls
        while leveller.entered:
            frame = leveller.entered.pop()
            selection = frame.selection
            for load in selection.loads:
                loads.setdefault(load.identity, []).append((load, frame))
            for field in selection.refused + selection.calls if selection.refused else selection.calls:
                self._ask(field, frame, leveller, calls)
        return Level(loads, calls) if loads or calls else None

    async def _follow(self, level: Level | None) -> None:
        """Wait for a level and for all that follow from it."""
        while level is not None:
            loads, calls = level
            if len(loads) + len(calls) == 1:
                level = await (self._answer(calls[0]) if calls else self._load(next(iter(loads.values()))))
            else:
                await self._follow_all(loads.values(), calls)
                return

    async def _follow_all(self, loads: Iterable[list[tuple[Load, Frame]]], calls: list[Call]) -> None:
        self._loader.chains += 1
        try:
            await together(
                *(self._follow_load(load) for load in loads), *(self._follow_call(call) for call in calls)
            )
        finally:
            self._loader.chains -= 1

    async def _follow_load(self, loads: list[tuple[Load, Frame]]) -> None:
        await self._follow(await self._load(loads))

    async def _follow_call(self, call: Call) -> None:
        await self._follow(await self._answer(call))

    def _ask(self, field: FieldPlan, frame: Frame, leveller: Leveller, calls: list[Call]) -> None:
        """Ask a field of every object of a frame: complete the answers that are there, note what waits."""
        if field.refusal is not None:
            self._refuse(field, field.refusal, frame)
        elif field.call is not None:
            calls.append(Call(field, frame, None))
        else:
            values = [self._resolved(field, Position(field, frame, at)) for at in range(len(frame.objects))]
            if any(has_to_wait(field.shape, value) for value in values):
                calls.append(Call(field, frame, values))
            else:
                leveller.complete(field, values, frame)

    def _refuse(self, field: FieldPlan, code: str, frame: Frame) -> None:
        error: Exception = refusal_error(field.coordinate, code)
        try:
            get_argument_values(field.definition, field.nodes[0], self._state.variables)
        except GraphQLError as wrong:
            error = wrong
        for at in range(len(frame.objects)):
            self._state.failures.add(Position(field, frame, at), error)

    def _resolved(self, field: FieldPlan, position: Position) -> Any:
        """Ask a resolver from elsewhere; what it raises becomes the value, which completion reports."""
        resolve = field.resolve or default_field_resolver
        try:
            arguments = self._state.arguments(field)
            parent = position.frame.objects[position.at]
            return resolve(parent, self._state.info(position), **arguments)
        except Exception as error:  # noqa: BLE001 - becomes the value
            return error

    async def _answer(self, call: Call) -> Level | None:
        field, frame, values = call
        if values is None:
            values = await self._called(field, frame)
        else:
            values = await all_of(
                [settled(field.shape, value, Position(field, frame, at)) for at, value in enumerate(values)]
            )
        return self._completed([(field, values, frame)])

    async def _called(self, field: FieldPlan, frame: Frame) -> list[Any]:
        call = field.call
        assert call is not None  # noqa: S101 - the caller looked
        try:
            arguments = self._state.arguments(field)
        except Exception as error:  # noqa: BLE001 - reported at every object
            return [error] * len(frame.objects)
        context = self._state.context
        return await all_of([call(parent, context, arguments) for parent in frame.objects])

    async def _load(self, loads: list[tuple[Load, Frame]]) -> Level | None:
        """Call a batch once for every key of the level, and complete the fields that take their values from it."""
        keys = [self._keys(load, frame) for load, frame in loads]
        try:
            if all(load.is_known for load, _ in loads):
                found = known(chain.from_iterable(keys))
            else:
                found = await self._loader.load(loads[0][0], chain.from_iterable(keys))
            loaded = [[found.get(key, key) for key in level] for level in keys]
        except TypeError as error:  # a key that cannot be one
            loaded = [[error] * len(level) for level in keys]
        done = []
        for (load, frame), values in zip(loads, loaded, strict=True):
            done += [(f, _picked(load, f, values), frame) for f in load.fields]
        return self._completed(done)

    def _keys(self, load: Load, frame: Frame) -> list[Any]:
        """Return the key of each object of the frame, or what is wrong with it."""
        if load.finder is None:
            return read(frame.objects, frame.selection.getter(load.key))
        try:
            key = load.finder.key(self._state.arguments(load.fields[0]))
        except Exception as error:  # noqa: BLE001 - reported at every object
            key = error
        return [key] * len(frame.objects)

    def _completed(self, done: list[tuple[FieldPlan, list[Any], Frame]]) -> Level | None:
        leveller = Leveller(self._state)
        for field, values, frame in done:
            leveller.complete(field, values, frame)
        return self._level(leveller)


def _picked(load: Load, field: FieldPlan, loaded: list[Any]) -> list[Any]:
    if field.pick is None:
        return loaded
    return picked(loaded, getter(load.layout, field.pick, field.shape.enum))
