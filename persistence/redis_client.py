"""Redis client: traces each command of a traced operation."""

from typing import Any

from redis.asyncio import Redis

from domain.traces import current_trace


class TracedRedis(Redis):
    """A Redis client whose commands, PUBLISH and scripts included, are traced."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send a command; its trace holds its name and nothing else."""
        trace = current_trace.get()
        if trace is None:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        with trace.command(str(args[0])):
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
