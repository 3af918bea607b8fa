"""Explore chats in Postgres."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    Text,
    any_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from domain.analytics.explorations import LONGEST_PAUSE
from domain.chats.chat_messages import AnswerState
from domain.chats.chats import Chat, ChatFilter
from domain.ids import ChatId, UserId
from domain.paging import Page, Window
from persistence.accounts.user_locks import lock_user
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for, grouped
from persistence.tables.chats.chats import chat_messages, explore_chats

_columns = columns_for(Chat, explore_chats)
_user = bindparam("user_id", type_=ID)
_mine = explore_chats.c.user_id == _user
_ids = bindparam("ids", type_=ARRAY(ID))
_it = explore_chats.c.id == bindparam("chat_id", type_=ID)
_now = bindparam("now", type_=MOMENT)
_pause = func.greatest(_now - explore_chats.c.last_active_at, literal(LONGEST_PAUSE - LONGEST_PAUSE))
_ACT = {
    "time_spent": explore_chats.c.time_spent + func.least(_pause, literal(LONGEST_PAUSE)),
    "last_active_at": func.greatest(explore_chats.c.last_active_at, _now),
}

_COUNT = Statement(select(func.count()).select_from(explore_chats).where(_mine))
_ADD = Statement(
    insert(explore_chats).values({c.name: bindparam(c.name, type_=c.type) for c in explore_chats.c})
)
_COUNT_QUESTION = Statement(
    update(explore_chats)
    .where(_it, _mine)
    .values(message_count=explore_chats.c.message_count + 1, **_ACT)
    .returning(*_columns),
    Chat,
)
_COUNT_ANSWER = Statement(
    update(explore_chats)
    .where(_it)
    .values(tokens=explore_chats.c.tokens + bindparam("added", type_=Integer))
    .returning(*_columns),
    Chat,
)
_title = bindparam("new_title", type_=Text)
_RENAME = Statement(update(explore_chats).where(_it, _mine).values(title=_title).returning(*_columns), Chat)
_ENTITLE = Statement(
    update(explore_chats)
    .where(_it, explore_chats.c.title.is_(None))
    .values(title=_title)
    .returning(explore_chats.c.id)
)
_at = bindparam("at", type_=MOMENT)
_ARCHIVE = Statement(
    update(explore_chats)
    .where(_it, _mine)
    .values(
        archived_at=func.coalesce(explore_chats.c.archived_at, _at),
    )
    .returning(*_columns),
    Chat,
)
_TAKE_BACK = Statement(
    update(explore_chats).where(_it, _mine).values(archived_at=None).returning(*_columns), Chat
)
_REMOVE = Statement(delete(explore_chats).where(_it, _mine).returning(*_columns), Chat)
_after = bindparam("after", type_=Integer)
_answered = (
    select(chat_messages.c.chat_id)
    .where(chat_messages.c.chat_id == bindparam("chat_id", type_=ID))
    .where(chat_messages.c.number == _after, chat_messages.c.state == AnswerState.DONE.value)
    .where(chat_messages.c.writing == bindparam("of_writing", type_=Integer))
    .with_for_update(read=True)
    .cte("answered")
)
"""The answer of this writing; the lock makes it wait for one that is about to be written anew."""
_SUGGEST = Statement(
    update(explore_chats)
    .where(_it, explore_chats.c.suggested_after < _after, explore_chats.c.id == _answered.c.chat_id)
    .values(suggested_questions=bindparam("questions", type_=ARRAY(Text)), suggested_after=_after)
    .returning(explore_chats.c.id)
)
_DROP_SUGGESTIONS = Statement(
    update(explore_chats)
    .where(_it, explore_chats.c.suggested_after == _after)
    .values(suggested_questions=[], suggested_after=_after - 1)
)
_BY_IDS = Statement(select(*_columns).where(explore_chats.c.id == any_(_ids), _mine), Chat)
_BY_ORIGINS = Statement(
    select(*_columns)
    .where(explore_chats.c.origin_id == any_(_ids), _mine)
    .order_by(explore_chats.c.origin_id, explore_chats.c.id),
    Chat,
)
_is_archived = bindparam("is_archived", type_=Boolean)
_query = bindparam("query", type_=Text)


def _holds(column: Any) -> Any:
    """Compare a text with the query without regard to the case of letters."""
    return func.strpos(func.lower(column), func.lower(_query)) > 0


_NEWEST_FIRST: Pages[Chat] = Pages(
    select(*_columns)
    .where(_mine)
    .where(or_(bindparam("with_origin", type_=Boolean), explore_chats.c.origin_id.is_(None)))
    .where(or_(_is_archived.is_(None), explore_chats.c.archived_at.is_not(None) == _is_archived))
    .where(
        or_(
            _query.is_(None),
            _holds(explore_chats.c.title),
            _holds(explore_chats.c.topic),
            exists()
            .where(chat_messages.c.chat_id == explore_chats.c.id)
            .where(_holds(chat_messages.c.question)),
        )
    ),
    order=[explore_chats.c.id],
    descending=True,
    make=Chat,
    key_of=lambda chat: (chat.id,),
    name="chats",
)


class SqlChats:
    """Chats in the table `explore_chats`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lock_and_count(self, user_id: UserId) -> int:
        """Lock the user's row, and count their chats."""
        await lock_user(self._connection, user_id)
        return int(await self._connection.value(_COUNT, user_id=user_id))

    async def add(self, chat: Chat) -> None:
        """Insert a chat."""
        await self._connection.run(_ADD, **{name: getattr(chat, name) for name in Chat.__slots__})  # type: ignore[attr-defined]

    async def count_question(self, chat_id: ChatId, *, user_id: UserId, now: datetime) -> Chat | None:
        """Update the chat, which locks its row."""
        return await self._connection.first(_COUNT_QUESTION, chat_id=chat_id, user_id=user_id, now=now)

    async def count_answer(self, chat_id: ChatId, *, tokens: int) -> Chat | None:
        """Add the tokens."""
        return await self._connection.first(_COUNT_ANSWER, chat_id=chat_id, added=tokens)

    async def rename(self, chat_id: ChatId, *, user_id: UserId, title: str) -> Chat | None:
        """Replace the title."""
        return await self._connection.first(_RENAME, chat_id=chat_id, user_id=user_id, new_title=title)

    async def entitle(self, chat_id: ChatId, *, title: str) -> bool:
        """Set the title where there is none."""
        return await self._connection.value(_ENTITLE, chat_id=chat_id, new_title=title) is not None

    async def archive(self, chat_id: ChatId, *, user_id: UserId, at: datetime | None) -> Chat | None:
        """Set or remove the time of archiving."""
        if at is None:
            return await self._connection.first(_TAKE_BACK, chat_id=chat_id, user_id=user_id)
        return await self._connection.first(_ARCHIVE, chat_id=chat_id, user_id=user_id, at=at)

    async def remove(self, chat_id: ChatId, *, user_id: UserId) -> Chat | None:
        """Delete the chat; the messages go with it."""
        return await self._connection.first(_REMOVE, chat_id=chat_id, user_id=user_id)

    async def suggest(self, chat_id: ChatId, *, questions: list[str], after: int, writing: int) -> bool:
        """Replace suggestions that follow from an earlier answer."""
        kept = await self._connection.value(
            _SUGGEST, chat_id=chat_id, questions=questions, after=after, of_writing=writing
        )
        return kept is not None

    async def drop_suggestions(self, chat_id: ChatId, *, after: int) -> None:
        """Remove the suggestions that follow from this answer."""
        await self._connection.run(_DROP_SUGGESTIONS, chat_id=chat_id, after=after)

    async def by_ids(self, ids: Sequence[ChatId], *, user_id: UserId) -> list[Chat | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), user_id=user_id)
        return by_key(ids, found, lambda chat: chat.id)

    async def by_origins(self, ids: Sequence[str], *, user_id: UserId) -> list[list[Chat]]:
        """Return the user's chats of each origin."""
        found = await self._connection.all(_BY_ORIGINS, ids=list(ids), user_id=user_id)
        return grouped(ids, found, lambda chat: chat.origin_id or "")

    async def page(self, asked: ChatFilter, window: Window, *, user_id: UserId) -> Page[Chat]:
        """Return the user's chats, newest first."""
        return await _NEWEST_FIRST.read(
            self._connection,
            window,
            user_id=user_id,
            is_archived=asked.is_archived,
            query=asked.query,
            with_origin=asked.with_origin,
        )
