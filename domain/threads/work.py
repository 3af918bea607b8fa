"""The stores of threads."""

from typing import Protocol

from domain.chats.work import ChatsWork
from domain.threads.thread_contents import ThreadContents
from domain.threads.thread_shares import ThreadShares
from domain.threads.threads import Threads


class ThreadsWork(ChatsWork, Protocol):
    """The stores that verbs of threads reach."""

    @property
    def threads(self) -> Threads:
        """Threads."""

    @property
    def thread_contents(self) -> ThreadContents:
        """The contents of threads."""

    @property
    def thread_shares(self) -> ThreadShares:
        """With whom threads are shared."""
