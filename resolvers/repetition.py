"""Repetition: a mutation runs again where the database rolled all of it back because of others."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from domain.errors import RolledBackError
from resolvers.context import Context

MOST_RUNS = 3
_PAUSE_S = 0.02
"""The longest pause before the second run; before the third it is twice as long. Chance keeps rivals apart."""


async def repeated(function: Callable[..., Awaitable[Any]], context: Context, values: dict[str, Any]) -> Any:
    """Return what the function returns, of its third run at the latest.

    It is not run again once one of its transactions was committed.
    """
    committed = context.commits
    for run in range(1, MOST_RUNS):
        try:
            return await function(context, **values)
        except RolledBackError:
            if context.commits != committed:
                raise
            context.forget()
            await asyncio.sleep(run * _PAUSE_S * context.ports.randomness(1)[0] / 255)
    return await function(context, **values)
