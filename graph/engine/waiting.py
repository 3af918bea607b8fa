"""Waiting: several awaitables at once, none of them left behind, and lists whose items wait."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any

from graphql import located_error
from graphql.pyutils import is_async_iterable, is_awaitable

from graph.engine.frames import Position
from graph.engine.plans import Shape


async def together(*coroutines: Coroutine[Any, Any, None]) -> None:
    """Wait for coroutines that handle their own errors; whatever gets out of one of them ends the others first."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


async def all_of(awaitables: list[Awaitable[Any]]) -> list[Any]:
    """Wait for all, in order; an exception becomes the value, a cancellation is passed on."""
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


def has_to_wait(shape: Shape, value: Any) -> bool:
    """Tell whether a resolver's answer, or an item of it, has to be waited for."""
    if is_awaitable(value):
        return True
    if shape.item is None:
        return False
    item = shape.item
    return is_async_iterable(value) or (
        isinstance(value, list | tuple) and any(has_to_wait(item, each) for each in value)
    )


async def settled(shape: Shape, value: Any, position: Position) -> Any:
    """Wait for an answer and its items; what one of them raises becomes its value."""
    if is_awaitable(value):
        value = await value
    if shape.item is None:
        return value
    if is_async_iterable(value):
        value = await _collected(value, position)
    if not has_to_wait(shape, value):
        return value
    item = shape.item
    return await all_of([settled(item, each, position) for each in value])


async def _collected(source: Any, position: Position) -> list[Any]:
    items: list[Any] = []
    try:
        async for item in source:
            items.append(item)  # noqa: PERF401 - the count is needed where it fails
    except Exception as error:
        path = [*position.path, len(items)]
        raise located_error(error, position.field.nodes, path) from error
    return items
