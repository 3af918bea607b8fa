"""Contents of threads in Postgres; each change of their order is one statement."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, Boolean, Integer, Text, any_, bindparam, delete, or_, select, text, update

from domain.chats.chat_messages import IN_PROGRESS
from domain.ids import ChatMessageId, ThreadContentId, ThreadId, UserId
from domain.paging import Page, Window
from domain.threads.thread_contents import ThreadContent
from persistence.database import SqlConnection
from persistence.paging import PagesPerKey, parent_key
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.chats.chats import chat_messages, explore_chats
from persistence.tables.threads.thread_visibility import visible_thread
from persistence.tables.threads.threads import thread_contents, threads

_columns = columns_for(ThreadContent, thread_contents)
_placed = thread_contents.join(threads, thread_contents.c.thread_id == threads.c.id)
_of_content = bindparam("of_content", type_=ID)
_INSERT = Statement(
    text("""
        WITH moved AS (
            UPDATE thread_contents SET position = position + cardinality(:ids)
            WHERE thread_id = :thread_id AND position >= :position)
        INSERT INTO thread_contents (id, thread_id, position, title, body, is_generated, created_at, changed_at)
        SELECT n.id, :thread_id, :position + n.place - 1, n.title, n.body, :is_generated, :now, :now
        FROM unnest(:ids, :titles, :bodies) WITH ORDINALITY AS n (id, title, body, place)""").bindparams(
        bindparam("ids", type_=ARRAY(ID)),
        bindparam("titles", type_=ARRAY(Text)),
        bindparam("bodies", type_=ARRAY(Text)),
        bindparam("thread_id", type_=ID),
        bindparam("position", type_=Integer),
        bindparam("is_generated", type_=Boolean),
        bindparam("now", type_=MOMENT),
    )
)
_CHANGED = ("title", "body", "is_generated", "changed_at")
_SAVE = Statement(
    update(thread_contents)
    .where(thread_contents.c.id == bindparam("content_id"))
    .values({name: bindparam(name) for name in _CHANGED})
)
_MOVE = Statement(
    text("""
        UPDATE thread_contents SET position = CASE WHEN id = :content_id THEN :to_position
            WHEN :to_position > :from_position THEN position - 1 ELSE position + 1 END
        WHERE thread_id = :thread_id
        AND position BETWEEN least(:from_position, :to_position)
            AND greatest(:from_position, :to_position)""").bindparams(
        bindparam("content_id", type_=ID),
        bindparam("thread_id", type_=ID),
        bindparam("from_position", type_=Integer),
        bindparam("to_position", type_=Integer),
    )
)
_REMOVE = Statement(
    text("""
        WITH gone AS (DELETE FROM thread_contents WHERE id = :content_id)
        UPDATE thread_contents SET position = position - 1
        WHERE thread_id = :thread_id AND position > :position""").bindparams(
        bindparam("content_id", type_=ID),
        bindparam("thread_id", type_=ID),
        bindparam("position", type_=Integer),
    )
)
_gone = (
    delete(explore_chats)
    .where(thread_contents.c.id == explore_chats.c.origin_id)
    .where(thread_contents.c.thread_id == bindparam("thread_id", type_=ID))
    .where(or_(_of_content.is_(None), thread_contents.c.id == _of_content))
    .returning(explore_chats.c.id)
    .cte("gone")
)
_REMOVE_CHATS = Statement(
    select(chat_messages.c.id)
    .join(_gone, _gone.c.id == chat_messages.c.chat_id)
    .where(or_(*(chat_messages.c.state == state.value for state in sorted(IN_PROGRESS, key=str)))),
    ChatMessageId,
)
_THREAD_OF = Statement(
    select(threads.c.id)
    .select_from(_placed)
    .where(thread_contents.c.id == bindparam("content_id"))
    .where(threads.c.owner_id == bindparam("owner_id")),
    ThreadId,
)
_BY_IDS = Statement(
    select(*_columns)
    .select_from(_placed)
    .where(thread_contents.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(visible_thread()),
    ThreadContent,
)
_OF_THREADS = PagesPerKey(
    select(*_columns)
    .select_from(_placed)
    .where(thread_contents.c.thread_id == parent_key)
    .where(visible_thread()),
    order=[thread_contents.c.position, thread_contents.c.id],
    make=ThreadContent,
    key_of=lambda content: (content.position, content.id),
    name="threadContents",
)


class SqlThreadContents:
    """Contents in the table `thread_contents`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def insert(self, contents: Sequence[ThreadContent]) -> None:
        """Insert consecutive contents of one thread, and move the later ones down."""
        first = contents[0]
        await self._connection.run(
            _INSERT,
            ids=[each.id for each in contents],
            titles=[each.title for each in contents],
            bodies=[each.body for each in contents],
            thread_id=first.thread_id,
            position=first.position,
            is_generated=first.is_generated,
            now=first.created_at,
        )

    async def save(self, content: ThreadContent) -> None:
        """Store the title, the body and the mark of a content."""
        await self._connection.run(
            _SAVE, content_id=content.id, **{name: getattr(content, name) for name in _CHANGED}
        )

    async def move(self, content: ThreadContent, position: int) -> None:
        """Move a content to a position, and those between by one."""
        await self._connection.run(
            _MOVE,
            content_id=content.id,
            thread_id=content.thread_id,
            from_position=content.position,
            to_position=position,
        )

    async def remove(self, content: ThreadContent) -> None:
        """Delete a content, and move the later ones up."""
        await self._connection.run(
            _REMOVE, content_id=content.id, thread_id=content.thread_id, position=content.position
        )

    async def remove_chats(
        self, thread_id: ThreadId, *, of_content: ThreadContentId | None = None
    ) -> list[ChatMessageId]:
        """Delete the chats of one content of a thread, or of all; return the messages that were being answered."""
        return await self._connection.all(_REMOVE_CHATS, thread_id=thread_id, of_content=of_content)

    async def thread_of(self, content_id: ThreadContentId, *, owner_id: UserId) -> ThreadId | None:
        """Return the thread of a content of the user's."""
        return await self._connection.first(_THREAD_OF, content_id=content_id, owner_id=owner_id)

    async def by_ids(
        self, ids: Sequence[ThreadContentId], *, viewer_id: UserId, now: datetime
    ) -> list[ThreadContent | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id, now=now)
        return by_key(ids, found, lambda content: content.id)

    async def of_threads(
        self, ids: Sequence[ThreadId], window: Window, *, viewer_id: UserId, now: datetime
    ) -> list[Page[ThreadContent]]:
        """Return a page of the contents of each thread, in their order."""
        return await _OF_THREADS.read(self._connection, ids, window, viewer_id=viewer_id, now=now)
