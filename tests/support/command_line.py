"""The command line in the event loop of a test."""

import asyncio

from gateway import cli
from gateway.settings.environment import Settings


async def run(url: str, line: str) -> int:
    """Run a command as the shell would, on the database at `url`."""
    arguments = cli.parser().parse_args(line.split())
    settings = Settings()
    outcome = cli.loaded(arguments.command)(settings, url, arguments)
    return await asyncio.wait_for(outcome, 30)  # type: ignore[arg-type]
