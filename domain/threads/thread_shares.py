"""Shares of threads: the link of a thread with its guests, and the readers whom its owner named."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import ThreadId, UserId
from domain.paging import Page, Window

MOST_READERS = 100
"""With how many learners a thread may be shared by name."""


@entity
class ThreadReader:
    """A learner with whom the owner shares a thread by name."""

    thread_id: ThreadId
    user_id: UserId
    added_at: datetime


@entity
class ThreadLink:
    """The link of a thread, without its secret; `guest_count` is how many opened it."""

    thread_id: ThreadId
    created_at: datetime
    guest_count: int


class TooManyReadersError(DomainError):
    """The thread is shared with as many learners as are allowed."""

    code = "TOO_MANY_READERS"


class ThreadShares(Protocol):
    """Links and readers; `viewer_id` leaves out those of threads that are not the viewer's own."""

    async def replace_link(self, thread_id: ThreadId, secret_hash: str, *, now: datetime) -> None:
        """Store the link of a thread in place of the one before, whose guests go with it."""

    async def remove_link(self, thread_id: ThreadId) -> bool:
        """Remove the link of a thread with its guests; tells whether there was one."""

    async def admit(self, secret_hash: str, *, user_id: UserId, now: datetime) -> ThreadId | None:
        """Make a user a guest of the link with this secret; return its thread, None for an unknown secret."""

    async def leave(self, thread_id: ThreadId, *, user_id: UserId) -> bool:
        """End that a user is a guest or a reader; tells whether they were."""

    async def count_readers(self, thread_id: ThreadId, *, besides: UserId) -> int:
        """Return how many other readers a locked thread has."""

    async def add_reader(self, reader: ThreadReader) -> bool:
        """Store a reader, where one who is there already stays; False for an account that was anonymised."""

    async def remove_reader(self, thread_id: ThreadId, user_id: UserId) -> bool:
        """Remove a reader; tells whether there was one."""

    async def links_of(self, ids: Sequence[ThreadId], *, viewer_id: UserId) -> list[ThreadLink | None]:
        """Return the link of each thread."""

    async def readers_of(
        self, ids: Sequence[ThreadId], window: Window, *, viewer_id: UserId
    ) -> list[Page[ThreadReader]]:
        """Return a page of the readers of each thread, in the order of their accounts."""
