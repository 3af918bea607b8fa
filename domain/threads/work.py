"""The stores of threads."""

from typing import Protocol

from domain.content.work import ContentWork
from domain.threads.thread_contents import ThreadContents
from domain.threads.thread_shares import ThreadShares
from domain.threads.threads import Threads


class ThreadsWork(ContentWork, Protocol):
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
