"""Loading: a batch is called once for all that a run wants of it at one moment, and never twice for the same key."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any

from graph.engine.plans import Load
from graph.engine.state import State
from resolvers.context import LARGEST_BATCH

Found = dict[Any, Any]
"""What a batch found by key; an exception stands for what could not be loaded."""


def known(keys: Iterable[Any]) -> Found:
    """Return rows that hold nothing but the key, for objects that are certain to be there; None is no key."""
    return {key: (key,) for key in keys if key is not None and not isinstance(key, Exception)}


class _Flight:
    """One call of a batch that several chains of a run may wait for; until it has `left`, it takes more keys."""

    __slots__ = ("_waiting", "has_left", "keys")

    def __init__(self, keys: dict[Any, None]) -> None:
        self.keys = keys
        self.has_left = False
        self._waiting: list[asyncio.Future[None]] = []

    def landed(self) -> Awaitable[None]:
        """Return what is done once the call is: one future a chain, so that cancelling a chain ends no other's wait."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        return waiter

    def land(self) -> None:
        """Let go whoever waits; they go on before the chain that flew leaves with its next call, and so join it."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)


class Loader:
    """Calls the batches of one run.

    Where several chains of fields run side by side (`chains`) and may want something of the same batch, a call waits
    for one turn of the event loop, so that it becomes one statement.
    """

    __slots__ = ("_flights", "_found", "_state", "chains")

    def __init__(self, state: State) -> None:
        self.chains = 0
        self._state = state
        self._found: dict[Any, Found] = {}
        self._flights: dict[Any, list[_Flight]] = {}

    def forget(self) -> None:
        """Forget what was loaded, as after a commit."""
        self._found.clear()

    async def load(self, load: Load, keys: Iterable[Any]) -> Found:
        """Return what the batch finds, with at least these keys; None and exceptions are no keys."""
        wanted = {key: None for key in keys if key is not None and not isinstance(key, Exception)}
        known = self._found.get(load.identity)
        if known:
            wanted = {key: None for key in wanted if key not in known}
        if wanted and self.chains and not load.is_lone:
            await self._together(load, wanted)
        elif wanted:
            await self._call(load, wanted)
        return self._found.get(load.identity, {})

    async def _together(self, load: Load, wanted: dict[Any, None]) -> None:
        flights = self._flights.setdefault(load.identity, [])
        waiting = []
        for flight in flights:
            if not flight.has_left:
                flight.keys |= wanted
            if not wanted.keys().isdisjoint(flight.keys):
                waiting.append(flight.landed())
                wanted = {key: None for key in wanted if key not in flight.keys}
        if wanted:
            await self._fly(load, wanted, flights)
        for landed in waiting:
            await landed

    async def _fly(self, load: Load, wanted: dict[Any, None], flights: list[_Flight]) -> None:
        flight = _Flight(wanted)
        flights.append(flight)
        try:
            await asyncio.sleep(0)
            flight.has_left = True
            await self._call(load, flight.keys)
        finally:
            flights.remove(flight)
            flight.land()

    async def _call(self, load: Load, wanted: dict[Any, None]) -> None:
        try:
            found = await self._ask(load, list(wanted))
        except Exception as error:  # noqa: BLE001 - reported at every field that asked
            found = dict.fromkeys(wanted, error)
        known = self._found.setdefault(load.identity, found)
        if known is not found:
            known |= found

    async def _ask(self, load: Load, wanted: list[Any]) -> Found:
        arguments = {} if load.finder else self._state.arguments(load.fields[0])
        meter = self._state.context.meter
        found: Found = {}
        for start in range(0, len(wanted), LARGEST_BATCH):
            keys = wanted[start : start + LARGEST_BATCH]
            meter.batches += 1
            meter.keys += len(keys)
            if meter.trace is None:
                loaded = await self._loaded(load, keys, arguments)
            else:
                with meter.trace.batch(load.batch.name, len(keys)):
                    loaded = await self._loaded(load, keys, arguments)
            found |= zip(keys, loaded, strict=True)
        return found

    def _loaded(self, load: Load, keys: list[Any], arguments: dict[str, Any]) -> Awaitable[list[Any]]:
        if load.layout.is_narrow:
            return load.layout.load(self._state.context, keys)
        return load.batch.load(self._state.context, keys, **arguments)
