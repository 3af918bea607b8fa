"""Explore chats: one learner's questions about a topic, or about anything, with their answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain import text
from domain.entities import entity
from domain.errors import NotFoundError
from domain.ids import ChatId, UserId
from domain.paging import Page, Window

LONGEST_TOPIC = 200
LONGEST_TITLE = 120
LONGEST_QUERY = 100
MOST_CHATS = 2_000
"""How many chats a learner may have, those of threads included."""
MOST_MESSAGES = 500
"""How many questions a chat takes."""


@entity
class Chat:
    """One chat, which only its learner can read.

    `title` is None until the learner gives one or one is made after a complete answer. `origin_id` is the object that
    the chat belongs to, such as a section of a thread; None where it stands by itself. `time_spent` is the time
    from its start to its last question, of pauses five minutes (`domain/analytics/explorations.py`).
    `suggested_questions` follow from the answer number `suggested_after`.
    """

    id: ChatId
    user_id: UserId
    topic: str | None
    title: str | None
    origin_id: str | None
    started_at: datetime
    last_active_at: datetime
    archived_at: datetime | None
    message_count: int
    tokens: int
    time_spent: timedelta
    suggested_questions: list[str]
    suggested_after: int


@entity
class ChatFilter:
    """Which chats of a learner are listed; None leaves a condition out. Chats with an origin are listed on request.

    `query` is part of the title, of the topic or of a question, in any case of letters.
    """

    is_archived: bool | None = None
    query: str | None = None
    with_origin: bool = False


class Chats(Protocol):
    """Chats; every method reaches only those of the user it is given."""

    async def lock_and_count(self, user_id: UserId) -> int:
        """Return how many chats the user has; a lock on the user's row blocks new ones."""

    async def add(self, chat: Chat) -> None:
        """Store a new chat."""

    async def count_question(self, chat_id: ChatId, *, user_id: UserId, now: datetime) -> Chat | None:
        """Lock a chat, add one to its messages, and count the time since its last act; return it as it is then."""

    async def count_answer(self, chat_id: ChatId, *, tokens: int) -> Chat | None:
        """Add the tokens of an answer; return the chat as it is then."""

    async def rename(self, chat_id: ChatId, *, user_id: UserId, title: str) -> Chat | None:
        """Give a chat the title that its learner wrote."""

    async def entitle(self, chat_id: ChatId, *, title: str) -> bool:
        """Give a chat without a title one that was made; tells whether it had none."""

    async def archive(self, chat_id: ChatId, *, user_id: UserId, at: datetime | None) -> Chat | None:
        """Archive a chat, or take it back with None; one that is archived keeps its time."""

    async def remove(self, chat_id: ChatId, *, user_id: UserId) -> Chat | None:
        """Delete a chat with its messages; return it as it was."""

    async def suggest(self, chat_id: ChatId, *, questions: list[str], after: int, writing: int) -> bool:
        """Keep suggested questions after the answer `after` if it is complete and of this writing.

        Those after the same or a later answer stay. Tells whether the new ones are kept.
        """

    async def drop_suggestions(self, chat_id: ChatId, *, after: int) -> None:
        """Remove the questions that follow from the answer `after`; those after another one stay."""

    async def by_ids(self, ids: Sequence[ChatId], *, user_id: UserId) -> list[Chat | None]:
        """Return one slot per id, in their order; only the user's own are filled."""

    async def by_origins(self, ids: Sequence[str], *, user_id: UserId) -> list[list[Chat]]:
        """Return the user's chats of each origin, oldest first."""

    async def page(self, asked: ChatFilter, window: Window, *, user_id: UserId) -> Page[Chat]:
        """Return the user's chats, newest first."""


def checked_title(title: str) -> str:
    """Return the title if it is one line of 1 to 120 characters."""
    return text.line(title, field="title", longest=LONGEST_TITLE)


def no_such_chat(*, field: str = "id") -> NotFoundError:
    """Return the refusal of a chat that is not there, or of another learner."""
    return NotFoundError("There is no such chat.", field=field)
