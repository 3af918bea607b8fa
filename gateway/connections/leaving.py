"""Leaving: what is run for a client ends when it closes the connection, down to the statement in Postgres."""

import asyncio
from collections.abc import Coroutine, MutableMapping
from typing import Any, TypeVar

T = TypeVar("T")

TASK = "questpath.task"
"""Where a connection puts the task of a request into its scope: asking asyncio for it is a system call."""
_LEAVE = "questpath.leave"


class ClientGoneError(Exception):
    """Nobody waits for the answer any more."""


async def while_connected(scope: MutableMapping[str, Any], running: Coroutine[Any, Any, T]) -> T:
    """Run until the end, or until the connection of an ASGI scope is lost; raises ClientGoneError then."""
    task = scope.get(TASK) or asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in one
    scope[_LEAVE] = task.cancel
    try:
        return await running
    except asyncio.CancelledError:
        if _LEAVE not in scope and not task.uncancel():
            raise ClientGoneError from None
        raise
    finally:
        scope.pop(_LEAVE, None)


def leave(scope: Any) -> None:
    """Tell that the connection of a scope is lost."""
    cancel = scope.pop(_LEAVE, None)
    if cancel is not None:
        cancel()
