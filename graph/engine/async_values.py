"""Async values: gathers awaitables without leaving one behind, and awaits lists whose items are awaitable."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any

from graphql import located_error
from graphql.pyutils import is_async_iterable, is_awaitable

from graph.engine.levels import ResponsePosition
from graph.engine.plans import Shape


async def gather_or_cancel(*coroutines: Coroutine[Any, Any, None]) -> None:
    """Wait for coroutines that handle their own errors; an exception of one cancels the others before it is raised."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


async def gather_values(awaitables: list[Awaitable[Any]]) -> list[Any]:
    """Wait for all and return their values in order; an exception becomes the value, a cancellation is raised."""
    if len(awaitables) == 1:
        try:
            return [await awaitables[0]]
        except Exception as error:  # noqa: BLE001 - becomes the value
            return [error]
    values = await asyncio.gather(*awaitables, return_exceptions=True)
    for value in values:
        if isinstance(value, asyncio.CancelledError):
            raise value
    return values


def is_pending(shape: Shape, value: Any) -> bool:
    """Tell whether a resolver's value, or an item of it, has to be awaited."""
    if is_awaitable(value):
        return True
    if shape.item is None:
        return False
    item = shape.item
    return is_async_iterable(value) or (
        isinstance(value, list | tuple) and any(is_pending(item, each) for each in value)
    )


async def awaited(shape: Shape, value: Any, position: ResponsePosition) -> Any:
    """Await a value and its items; an exception that an item raises becomes the item."""
    if is_awaitable(value):
        value = await value
    if shape.item is None:
        return value
    if is_async_iterable(value):
        value = await _collected(value, position)
    if not is_pending(shape, value):
        return value
    item = shape.item
    return await gather_values([awaited(item, each, position) for each in value])


async def _collected(source: Any, position: ResponsePosition) -> list[Any]:
    items: list[Any] = []
    try:
        async for item in source:
            items.append(item)  # noqa: PERF401 - an error names the index at which it was raised
    except Exception as error:
        path = [*position.path, len(items)]
        raise located_error(error, list(position.field.nodes), path) from error
    return items
