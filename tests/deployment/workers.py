"""A worker of jobs as a process of a test."""

from pathlib import Path

from tests.support.servers.gateway import ServerProcess


class Worker(ServerProcess):
    """A process that runs `questpath worker`."""

    ready_word = "runs jobs of"

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        super().__init__(0, ["gateway.cli", "worker", *arguments], environment, folder)
