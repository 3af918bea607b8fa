"""The command `questpath worker` as a process of its own, whose author writes slowly."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

from gateway import cli
from gateway.ai import offline_author
from gateway.ai.providers import ProviderCall
from tests.support.servers.gateway import ServerProcess

PAUSE_S = 0.1
"""How long the author waits before each piece, in seconds."""
_pieces = offline_author.OfflineAuthor.pieces


async def _slowly(
    self: offline_author.OfflineAuthor, call: ProviderCall, model: str
) -> AsyncGenerator[object, None]:
    async for piece in _pieces(self, call, model):
        await asyncio.sleep(PAUSE_S)
        yield piece


class ChatWorkerProcess(ServerProcess):
    """A worker of the queue of chats."""

    ready_word = "runs jobs of"

    def __init__(self, url: str, folder: Path) -> None:
        command = ["tests.support.servers.chat_worker", "worker", "--queues", "chats"]
        super().__init__(0, command, {"DATABASE_URL": url}, folder)


if __name__ == "__main__":
    offline_author.OfflineAuthor.pieces = _slowly  # type: ignore[assignment, method-assign]
    cli.main()
