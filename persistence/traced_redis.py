"""A Redis client that tells whoever traces the present operation of each command."""

from typing import Any

from redis.asyncio import Redis

from domain.traces import present


class TracedRedis(Redis):
    """Redis, whose commands all pass through one method; what is published or asked of scripts too."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send a command; a trace learns its name and nothing else."""
        trace = present.get()
        if trace is None:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        with trace.command(str(args[0])):
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
