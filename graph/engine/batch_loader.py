"""Batch loader: calls each batch once for the keys that a run needs at a moment, and never twice for the same key."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any

from graph.engine.plans import BatchLoad
from graph.engine.run_state import RunState
from resolvers.batches import MOST_KEYS

Found = dict[Any, Any]
"""What a batch found by key; an exception stands for what could not be loaded."""


def rows_of_keys(keys: Iterable[Any]) -> Found:
    """Return rows that hold nothing but the key, for objects that are certain to exist; None is no key."""
    return {key: (key,) for key in keys if key is not None and not isinstance(key, Exception)}


class _PendingCall:
    """One call of a batch that several branches of a run may wait for; until it `is_sent`, it takes more keys."""

    __slots__ = ("_waiters", "is_sent", "keys")

    def __init__(self, keys: dict[Any, None]) -> None:
        self.keys = keys
        self.is_sent = False
        self._waiters: list[asyncio.Future[None]] = []

    def done(self) -> Awaitable[None]:
        """Return what resolves with the call: one future a branch, so that cancelling one branch stops no other."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        return waiter

    def finish(self) -> None:
        """Resolve the waiters; they run before the calling branch sends its next call, and so join that one."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)


class BatchLoader:
    """Calls the batches of one run.

    Where several branches of the run execute concurrently (`branches`) and may need keys of the same batch, a call
    waits for one turn of the event loop, so that it becomes one statement.
    """

    __slots__ = ("_found", "_pending", "_state", "branches")

    def __init__(self, state: RunState) -> None:
        self.branches = 0
        self._state = state
        self._found: dict[Any, Found] = {}
        self._pending: dict[Any, list[_PendingCall]] = {}

    def forget(self) -> None:
        """Forget what was loaded, as after a commit."""
        self._found.clear()

    async def load(self, load: BatchLoad, keys: Iterable[Any]) -> Found:
        """Return what the batch finds, with at least these keys; None and exceptions are no keys."""
        missing = {key: None for key in keys if key is not None and not isinstance(key, Exception)}
        found = self._found.get(load.identity)
        if found:
            missing = {key: None for key in missing if key not in found}
        if missing and self.branches and not load.is_lone:
            await self._join_or_call(load, missing)
        elif missing:
            await self._call(load, missing)
        return self._found.get(load.identity, {})

    async def _join_or_call(self, load: BatchLoad, missing: dict[Any, None]) -> None:
        """Wait for the pending calls that hold some of the keys, and make a call for the others."""
        pending = self._pending.setdefault(load.identity, [])
        joined = []
        for call in pending:
            if not call.is_sent:
                call.keys |= missing
            if not missing.keys().isdisjoint(call.keys):
                joined.append(call.done())
                missing = {key: None for key in missing if key not in call.keys}
        if missing:
            await self._call_next_turn(load, missing, pending)
        for done in joined:
            await done

    async def _call_next_turn(
        self, load: BatchLoad, keys: dict[Any, None], pending: list[_PendingCall]
    ) -> None:
        call = _PendingCall(keys)
        pending.append(call)
        try:
            await asyncio.sleep(0)
            call.is_sent = True
            await self._call(load, call.keys)
        finally:
            pending.remove(call)
            call.finish()

    async def _call(self, load: BatchLoad, keys: dict[Any, None]) -> None:
        try:
            found = await self._in_chunks(load, list(keys))
        except Exception as error:  # noqa: BLE001 - reported at every field that needs one of the keys
            found = dict.fromkeys(keys, error)
        earlier = self._found.setdefault(load.identity, found)
        if earlier is not found:
            earlier |= found

    async def _in_chunks(self, load: BatchLoad, keys: list[Any]) -> Found:
        arguments = {} if load.finder else self._state.arguments(load.fields[0])
        meter = self._state.context.meter
        found: Found = {}
        for start in range(0, len(keys), MOST_KEYS):
            chunk = keys[start : start + MOST_KEYS]
            meter.batches += 1
            meter.keys += len(chunk)
            if meter.trace is None:
                loaded = await self._loaded(load, chunk, arguments)
            else:
                with meter.trace.batch(load.batch.name, len(chunk)):
                    loaded = await self._loaded(load, chunk, arguments)
            found |= zip(chunk, loaded, strict=True)
        return found

    def _loaded(self, load: BatchLoad, keys: list[Any], arguments: dict[str, Any]) -> Awaitable[list[Any]]:
        if load.layout.is_narrow:
            return load.layout.load(self._state.context, keys)
        return load.batch.load(self._state.context, keys, **arguments)
