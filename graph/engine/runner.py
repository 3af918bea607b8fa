"""Runner: executes a plan level by level, calls each batch once per level and awaits concurrent fields together."""

from collections.abc import Coroutine, Iterable
from itertools import chain
from typing import Any, NamedTuple

from graphql import GraphQLError, OperationType, default_field_resolver
from graphql.execution.values import VariableValues

from graph.access_errors import access_error
from graph.declarations import ExecutionContext
from graph.engine.async_values import awaited, gather_or_cancel, gather_values, is_pending
from graph.engine.batch_loader import BatchLoader, rows_of_keys
from graph.engine.completion import Completion
from graph.engine.levels import Level, ResponsePosition
from graph.engine.plans import BatchLoad, FieldPlan, Plan
from graph.engine.row_layouts import getter
from graph.engine.run_state import RunState
from graph.engine.values import picked, read

Result = tuple[dict[str, Any] | None, list[GraphQLError]]
"""The data, null where null reached the root, and the errors."""


class FieldCall(NamedTuple):
    """A field to await; `values` are what its resolvers returned, or None where they are not called yet."""

    field: FieldPlan
    level: Level
    values: list[Any] | None


class PendingFields(NamedTuple):
    """The batch loads and calls that have to be awaited before the next levels are known."""

    loads: dict[Any, list[tuple[BatchLoad, Level]]]
    calls: list[FieldCall]


class Run:
    """One execution of a plan."""

    __slots__ = ("_data", "_loader", "_state")

    def __init__(
        self, plan: Plan, *, context: ExecutionContext, variables: VariableValues, root: Any = None
    ) -> None:
        self._state = RunState(plan, context=context, variables=variables, root=root)
        self._loader = BatchLoader(self._state)
        self._data: dict[str, Any] | None = None

    def start(self) -> "Coroutine[Any, Any, Result] | Result":
        """Complete what need not be awaited; return the result, or the coroutine that leads to it."""
        plan = self._state.plan
        level = Level(plan.root, [self._state.root])
        if plan.kind is OperationType.MUTATION:
            return self._execute_serially(level)
        completion = Completion(self._state)
        completion.enter(level)
        self._data = level.results[0]
        pending = self._pending(completion)
        return self._execute(pending) if pending else self._result()

    def _result(self) -> Result:
        field_errors = self._state.field_errors
        if not field_errors.is_empty:
            self._data = field_errors.propagate(self._data)
        return self._data, field_errors.errors

    async def _execute(self, pending: PendingFields) -> Result:
        await self._await_levels(pending)
        return self._result()

    async def _execute_serially(self, level: Level) -> Result:
        """Execute the root fields one after another, until one nulls the data."""
        level.results = [dict(level.selection.template)]
        self._data = level.results[0]
        for field in sorted(level.selection.calls + level.selection.refused, key=lambda each: each.index):
            self._loader.forget()
            completion = Completion(self._state)
            calls: list[FieldCall] = []
            self._execute_field(field, level, completion, calls)
            pending = self._pending(completion, calls)
            if pending:
                await self._await_levels(pending)
            if self._result()[0] is None:
                break
        return self._result()

    def _pending(self, completion: Completion, calls: list[FieldCall] | None = None) -> PendingFields | None:
        """Execute the fields of all unfinished levels; return those to await, or None."""
        loads: dict[Any, list[tuple[BatchLoad, Level]]] = {}
        calls = [] if calls is None else calls
        while completion.unfinished:
            level = completion.unfinished.pop()
            selection = level.selection
            for load in selection.loads:
                loads.setdefault(load.identity, []).append((load, level))
            for field in selection.refused + selection.calls if selection.refused else selection.calls:
                self._execute_field(field, level, completion, calls)
        return PendingFields(loads, calls) if loads or calls else None

    async def _await_levels(self, pending: PendingFields | None) -> None:
        """Await pending fields and all levels below them."""
        while pending is not None:
            loads, calls = pending
            if len(loads) + len(calls) == 1:
                pending = await (self._call(calls[0]) if calls else self._load(next(iter(loads.values()))))
            else:
                await self._await_branches(loads.values(), calls)
                return

    async def _await_branches(
        self, loads: Iterable[list[tuple[BatchLoad, Level]]], calls: list[FieldCall]
    ) -> None:
        """Await several fields concurrently, each with all levels below it."""
        self._loader.branches += 1
        try:
            await gather_or_cancel(
                *(self._await_load(load) for load in loads), *(self._await_call(call) for call in calls)
            )
        finally:
            self._loader.branches -= 1

    async def _await_load(self, loads: list[tuple[BatchLoad, Level]]) -> None:
        await self._await_levels(await self._load(loads))

    async def _await_call(self, call: FieldCall) -> None:
        await self._await_levels(await self._call(call))

    def _execute_field(
        self, field: FieldPlan, level: Level, completion: Completion, calls: list[FieldCall]
    ) -> None:
        """Execute a field for every object of a level: complete its values, or add it to the calls to await."""
        if field.refusal is not None:
            self._refuse(field, field.refusal, level)
        elif field.call is not None:
            calls.append(FieldCall(field, level, None))
        else:
            values = [
                self._resolved(field, ResponsePosition(field, level, at)) for at in range(len(level.objects))
            ]
            if any(is_pending(field.shape, value) for value in values):
                calls.append(FieldCall(field, level, values))
            else:
                completion.complete(field, values, level)

    def _refuse(self, field: FieldPlan, code: str, level: Level) -> None:
        error: Exception = access_error(field.coordinate, code)
        try:
            field.arguments.check(self._state.variables)
        except GraphQLError as invalid:
            error = invalid
        for at in range(len(level.objects)):
            self._state.field_errors.add(ResponsePosition(field, level, at), error)

    def _resolved(self, field: FieldPlan, position: ResponsePosition) -> Any:
        """Call the schema's own resolver; an exception becomes the value, and completion reports it."""
        resolve = field.resolve or default_field_resolver
        try:
            arguments = self._state.arguments(field)
            parent = position.level.objects[position.at]
            return resolve(parent, self._state.info(position), **arguments)
        except Exception as error:  # noqa: BLE001 - becomes the value
            return error

    async def _call(self, call: FieldCall) -> PendingFields | None:
        """Await the values of a field, and complete them."""
        field, level, values = call
        if values is None:
            values = await self._called(field, level)
        else:
            values = await gather_values(
                [
                    awaited(field.shape, value, ResponsePosition(field, level, at))
                    for at, value in enumerate(values)
                ]
            )
        return self._completed([(field, values, level)])

    async def _called(self, field: FieldPlan, level: Level) -> list[Any]:
        call = field.call
        assert call is not None  # noqa: S101 - the caller checked
        try:
            arguments = self._state.arguments(field)
        except Exception as error:  # noqa: BLE001 - reported at every object
            return [error] * len(level.objects)
        context = self._state.context
        return await gather_values([call(parent, context, arguments) for parent in level.objects])

    async def _load(self, loads: list[tuple[BatchLoad, Level]]) -> PendingFields | None:
        """Call a batch once for every key of its levels, and complete the fields that take their values from it."""
        keys = [self._keys(load, level) for load, level in loads]
        try:
            if all(load.needs_no_call for load, _ in loads):
                found = rows_of_keys(chain.from_iterable(keys))
            else:
                found = await self._loader.load(loads[0][0], chain.from_iterable(keys))
            loaded = [[found.get(key, key) for key in each] for each in keys]
        except TypeError as error:  # a key is not hashable
            loaded = [[error] * len(each) for each in keys]
        done = []
        for (load, level), values in zip(loads, loaded, strict=True):
            done += [(field, _picked(load, field, values), level) for field in load.fields]
        return self._completed(done)

    def _keys(self, load: BatchLoad, level: Level) -> list[Any]:
        """Return the key of each object of the level, or the error of reading it."""
        if load.finder is None:
            return read(level.objects, level.selection.getter(load.key))
        try:
            key = load.finder.key(self._state.arguments(load.fields[0]))
        except Exception as error:  # noqa: BLE001 - reported at every object
            key = error
        return [key] * len(level.objects)

    def _completed(self, done: list[tuple[FieldPlan, list[Any], Level]]) -> PendingFields | None:
        """Complete the values of some fields; return the fields below them to await, or None."""
        completion = Completion(self._state)
        for field, values, level in done:
            completion.complete(field, values, level)
        return self._pending(completion)


def _picked(load: BatchLoad, field: FieldPlan, loaded: list[Any]) -> list[Any]:
    if field.pick is None:
        return loaded
    return picked(loaded, getter(load.layout, field.pick, field.shape.enum))
