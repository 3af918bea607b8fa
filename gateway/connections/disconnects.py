"""Disconnects: cancels what runs for a request when its client closes the connection, down to the SQL statement."""

import asyncio
from collections.abc import Coroutine, MutableMapping
from typing import Any, TypeVar

T = TypeVar("T")

TASK = "questpath.task"
"""The key in the scope under which a connection stores the request's task: asking asyncio for it is a system call."""
_CANCEL = "questpath.cancel"


class ClientGoneError(Exception):
    """The client closed the connection before the response."""


async def while_connected(scope: MutableMapping[str, Any], running: Coroutine[Any, Any, T]) -> T:
    """Run until the end, or until the connection of an ASGI scope is lost; raises ClientGoneError then."""
    task = scope.get(TASK) or asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in one
    scope[_CANCEL] = task.cancel
    try:
        return await running
    except asyncio.CancelledError:
        if _CANCEL not in scope and not task.uncancel():
            raise ClientGoneError from None
        raise
    finally:
        scope.pop(_CANCEL, None)


def cancel_request(scope: Any) -> None:
    """Cancel what runs in `while_connected` for a scope whose connection is lost."""
    cancel = scope.pop(_CANCEL, None)
    if cancel is not None:
        cancel()
