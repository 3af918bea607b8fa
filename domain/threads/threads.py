"""Threads: a subject in ordered sections, called contents, that one learner owns and others may read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain import text
from domain.acts import Act
from domain.entities import entity
from domain.errors import DomainError, NotFoundError, VersionConflictError
from domain.ids import ThreadId, UserId
from domain.paging import Page, Window

MOST_THREADS = 500
"""How many threads a learner may have, archived ones too."""
LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 2_000
SHORTEST_QUERY = 2
LONGEST_QUERY = 100


@entity
class Thread:
    """A thread of a learner's; `version` grows with each change of it and of its contents."""

    id: ThreadId
    owner_id: UserId
    title: str
    description: str
    version: int
    content_count: int
    archived_at: datetime | None
    created_at: datetime
    changed_at: datetime


class TooManyThreadsError(DomainError):
    """The learner has as many threads as are allowed."""

    code = "TOO_MANY_THREADS"


class ThreadConflictError(VersionConflictError):
    """The thread was changed since the client read it; `current_id` is its id, to show it as it is now."""

    code = "THREAD_CONFLICT"


class Threads(Protocol):
    """Threads; `viewer_id` leaves out those that the viewer may not see: not theirs, and not shared with them."""

    async def lock_and_count(self, owner_id: UserId) -> int:
        """Return how many threads the user has; a lock on the user's row blocks new ones."""

    async def add(self, thread: Thread) -> None:
        """Store a new thread, which has no contents."""

    async def by_ids(
        self, ids: Sequence[ThreadId], *, viewer_id: UserId, now: datetime
    ) -> list[Thread | None]:
        """Return one slot per id, in their order."""

    async def lock_own(self, thread_id: ThreadId, *, owner_id: UserId) -> Thread | None:
        """Return a thread of the user's, locked until the transaction ends."""

    async def save(self, thread: Thread) -> None:
        """Store the title, description, version and moments of a locked thread."""

    async def remove(self, thread_id: ThreadId) -> None:
        """Remove a thread with all that belongs to it."""

    async def page(
        self, window: Window, *, viewer_id: UserId, is_archived: bool | None, query: str | None
    ) -> Page[Thread]:
        """Return the viewer's own threads, newest first: archived or not, and those with a text in them, or all."""

    async def page_shared(
        self, window: Window, *, viewer_id: UserId, query: str | None, now: datetime
    ) -> Page[Thread]:
        """Return the threads that others share with the viewer, newest first, those with a text in them, or all."""


def checked_title(value: str) -> str:
    """Return the title if it is one line of 1 to 200 characters."""
    return text.line(value, field="title", longest=LONGEST_TITLE)


def checked_description(value: str) -> str:
    """Return the description if it has at most 2 000 characters."""
    return text.prose(value, field="description", longest=LONGEST_DESCRIPTION)


def checked_query(value: str | None) -> str | None:
    """Return what is looked for if it is one line of 2 to 100 characters."""
    return (
        None
        if value is None
        else text.line(value, field="query", shortest=SHORTEST_QUERY, longest=LONGEST_QUERY)
    )


async def own_thread(threads: Threads, act: Act, thread_id: ThreadId) -> Thread:
    """Return a thread of the actor's, locked; raises NotFoundError."""
    thread = await threads.lock_own(thread_id, owner_id=act.user_id)
    if thread is None:
        raise NotFoundError("You have no such thread.", field="threadId")
    return thread


def check_version(thread: Thread, version: int) -> None:
    """Raise ThreadConflictError if the thread was changed since the client read it."""
    if thread.version != version:
        raise ThreadConflictError(
            f"The thread is at version {thread.version}; look at it and repeat the change with that version.",
            current_id=thread.id,
            field="version",
        )
