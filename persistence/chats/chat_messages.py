"""Messages of explore chats in Postgres."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from domain.chats.chat_errors import answer_in_progress
from domain.chats.chat_messages import AnswerEnd, AnswerPiece, ChatMessage, EarlierTurn
from domain.ids import ChatId, ChatMessageId, JobId, UserId
from domain.paging import Page, Window
from persistence.chats import message_statements as statements
from persistence.database import SqlConnection
from persistence.statements import by_key

_IN_PROGRESS_KEY = "chat_messages_in_progress_key"


class SqlChatMessages:
    """Messages in the table `chat_messages`; who reads them is decided by the row of their chat."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, message: ChatMessage) -> None:
        """Insert a message."""
        values = {name: getattr(message, name) for name in ChatMessage.__slots__}  # type: ignore[attr-defined]
        try:
            await self._connection.run(statements.ADD, **values | {"state": message.state.value})
        except asyncpg.UniqueViolationError as clash:
            if clash.constraint_name == _IN_PROGRESS_KEY:
                raise answer_in_progress() from clash
            raise

    async def by_ids(self, ids: Sequence[ChatMessageId], *, user_id: UserId) -> list[ChatMessage | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(statements.BY_IDS, ids=list(ids), user_id=user_id)
        return by_key(ids, found, lambda message: message.id)

    async def pages(
        self, ids: Sequence[ChatId], window: Window, *, user_id: UserId
    ) -> list[Page[ChatMessage]]:
        """Return a page of the messages of each chat, oldest first."""
        return await statements.PAGES.read(self._connection, list(ids), window, user_id=user_id)

    async def piece(
        self, message_id: ChatMessageId, *, user_id: UserId, after: int, writing: int | None
    ) -> AnswerPiece | None:
        """Return what the answer has after an offset."""
        return await self._connection.first(
            statements.PIECE, message_id=message_id, user_id=user_id, after=after, known_writing=writing
        )

    async def first(self, chat_id: ChatId, *, user_id: UserId) -> ChatMessage | None:
        """Return the first message of the user's chat."""
        return await self._connection.first(statements.FIRST, of_chat=chat_id, user_id=user_id)

    async def in_progress(self, chat_id: ChatId, *, user_id: UserId) -> ChatMessageId | None:
        """Return the message of the user's chat whose answer is not ended."""
        found: ChatMessageId | None = await self._connection.value(
            statements.IN_PROGRESS_OF, of_chat=chat_id, user_id=user_id
        )
        return found

    async def turns(self, chat_id: ChatId, *, before: int, limit: int) -> list[EarlierTurn]:
        """Return the latest messages before a number that have an answer."""
        return await self._connection.all(statements.TURNS, of_chat=chat_id, before=before, most=limit)

    async def begin(self, message_id: ChatMessageId, *, job_id: JobId, now: datetime) -> ChatMessage | None:
        """Empty the answer; one that was begun before gets a new writing."""
        return await self._connection.first(statements.BEGIN, message_id=message_id, of_job=job_id, now=now)

    async def append(self, message_id: ChatMessageId, *, writing: int, text: str) -> bool:
        """Add to the answer where it is in this writing."""
        added = await self._connection.value(
            statements.APPEND, message_id=message_id, of_writing=writing, text=text
        )
        return added is not None

    async def wait(self, message_id: ChatMessageId, *, writing: int) -> bool:
        """Empty the answer where it is in this writing."""
        waiting = await self._connection.value(statements.WAIT, message_id=message_id, of_writing=writing)
        return waiting is not None

    async def is_writing(self, message_id: ChatMessageId, *, writing: int) -> bool:
        """Tell whether an answer is in this writing still."""
        found = await self._connection.value(statements.IS_WRITING, message_id=message_id, of_writing=writing)
        return found is not None

    async def end(
        self, message_id: ChatMessageId, how: AnswerEnd, *, writing: int, now: datetime
    ) -> ChatMessage | None:
        """End the answer where it is in this writing."""
        return await self._connection.first(
            statements.END, message_id=message_id, of_writing=writing, now=now, **_values(how)
        )

    async def fail_waiting(
        self, message_id: ChatMessageId, how: AnswerEnd, *, job_id: JobId, now: datetime
    ) -> bool:
        """End the answer where it is the job's and not ended."""
        ended = await self._connection.value(
            statements.FAIL_WAITING, message_id=message_id, of_job=job_id, now=now, **_values(how)
        )
        return ended is not None

    async def cancel(
        self, message_id: ChatMessageId, *, user_id: UserId, now: datetime
    ) -> ChatMessage | None:
        """End an answer of the user's that is not ended."""
        return await self._connection.first(
            statements.CANCEL, message_id=message_id, user_id=user_id, now=now
        )

    async def write_anew(
        self, message_id: ChatMessageId, *, user_id: UserId, job_id: JobId
    ) -> ChatMessage | None:
        """Empty an ended answer of the user's."""
        try:
            return await self._connection.first(
                statements.WRITE_ANEW, message_id=message_id, user_id=user_id, of_job=job_id
            )
        except asyncpg.UniqueViolationError as clash:
            if clash.constraint_name == _IN_PROGRESS_KEY:
                raise answer_in_progress() from clash
            raise

    async def fail_lost(self, how: AnswerEnd, *, now: datetime, limit: int) -> list[ChatMessageId]:
        """End answers whose jobs are not live."""
        rows = await self._connection.rows(statements.FAIL_LOST, now=now, most=limit, **_values(how))
        return [ChatMessageId(row[0]) for row in rows]


def _values(how: AnswerEnd) -> dict[str, Any]:
    values = {f"new_{name}": getattr(how, name) for name in AnswerEnd.__slots__}  # type: ignore[attr-defined]
    return values | {"new_state": how.state.value}
