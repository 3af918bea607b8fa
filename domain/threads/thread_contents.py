"""Contents of threads: sections with a title and a body in a subset of Markdown, in an order without gaps."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain import text
from domain.content.question_kinds.prompt_formats import markdown_faults
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError
from domain.ids import ChatMessageId, ThreadContentId, ThreadId, UserId
from domain.paging import Page, Window

MOST_CONTENTS = 100
"""How many contents a thread may have."""
LONGEST_CONTENT_TITLE = 200
LONGEST_BODY = 20_000


@entity
class ThreadContent:
    """A section of a thread; `position` counts from 0. A model wrote it where it `is_generated`, until it is edited."""

    id: ThreadContentId
    thread_id: ThreadId
    position: int
    title: str
    body: str
    is_generated: bool
    created_at: datetime
    changed_at: datetime


class TooManyContentsError(DomainError):
    """The thread has as many contents as are allowed."""

    code = "TOO_MANY_CONTENTS"


class ThreadContents(Protocol):
    """Contents of threads; `viewer_id` leaves out those of threads that the viewer may not see.

    Changes are made while the thread is locked.
    """

    async def insert(self, contents: Sequence[ThreadContent]) -> None:
        """Store consecutive contents of one thread; those that have their positions, and later ones, move down."""

    async def save(self, content: ThreadContent) -> None:
        """Store the title, the body and the mark of a content."""

    async def move(self, content: ThreadContent, position: int) -> None:
        """Move a content to a position; those between move by one."""

    async def remove(self, content: ThreadContent) -> None:
        """Remove a content; later ones move up."""

    async def remove_chats(
        self, thread_id: ThreadId, *, of_content: ThreadContentId | None = None
    ) -> list[ChatMessageId]:
        """Remove the chats of one content of a thread, or of all; return the messages that were being answered."""

    async def thread_of(self, content_id: ThreadContentId, *, owner_id: UserId) -> ThreadId | None:
        """Return the thread of a content of the user's."""

    async def by_ids(
        self, ids: Sequence[ThreadContentId], *, viewer_id: UserId, now: datetime
    ) -> list[ThreadContent | None]:
        """Return one slot per id, in their order."""

    async def of_threads(
        self, ids: Sequence[ThreadId], window: Window, *, viewer_id: UserId, now: datetime
    ) -> list[Page[ThreadContent]]:
        """Return a page of the contents of each thread, in their order."""


def checked_content_title(value: str) -> str:
    """Return the title if it is one line of 1 to 200 characters."""
    return text.line(value, field="title", longest=LONGEST_CONTENT_TITLE)


def checked_body(value: str) -> str:
    """Return the body if it has at most 20 000 characters and is in the subset of Markdown."""
    body = text.prose(value, field="body", longest=LONGEST_BODY)
    faults = [*markdown_faults(body, has_headings=True)]
    if faults:
        raise InvalidInputError(f"body is not in the subset of Markdown. {' '.join(faults)}", field="body")
    return body
