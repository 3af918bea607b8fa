"""Shares of threads in Postgres: a link is a row, and its guests go with it; readers are rows of their own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, any_, bindparam, delete, func, insert, literal_column, select
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.ids import ThreadId, UserId
from domain.paging import Page, Window
from domain.threads.thread_shares import ThreadLink, ThreadReader
from persistence.database import SqlConnection
from persistence.paging import PagesPerKey, parent_key
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.accounts.users import users
from persistence.tables.threads.thread_visibility import own_thread
from persistence.tables.threads.threads import thread_guests, thread_links, thread_readers, threads

_REMOVE_LINK = Statement(delete(thread_links).where(thread_links.c.thread_id == bindparam("thread_id")))
_ADD_LINK = Statement(insert(thread_links).values({c.name: bindparam(c.name) for c in thread_links.c}))
_found = (
    select(thread_links.c.thread_id, bindparam("user_id", type_=ID), bindparam("now", type_=MOMENT))
    .where(thread_links.c.secret_hash == bindparam("secret_hash", type_=ID))
    .with_for_update(read=True, key_share=True)
)
_ADMIT = Statement(
    upsert(thread_guests)
    .from_select(["thread_id", "user_id", "opened_at"], _found)
    .on_conflict_do_update(
        index_elements=["thread_id", "user_id"], set_={"opened_at": thread_guests.c.opened_at}
    )
    .returning(thread_guests.c.thread_id),
    ThreadId,
)
_as_guest = (
    delete(thread_guests)
    .where(thread_guests.c.thread_id == bindparam("thread_id", type_=ID))
    .where(thread_guests.c.user_id == bindparam("user_id", type_=ID))
    .returning(literal_column("1"))
    .cte("as_guest")
)
_as_reader = (
    delete(thread_readers)
    .where(thread_readers.c.thread_id == bindparam("thread_id", type_=ID))
    .where(thread_readers.c.user_id == bindparam("user_id", type_=ID))
    .returning(literal_column("1"))
    .cte("as_reader")
)
_LEAVE = Statement(
    select(
        select(func.count()).select_from(_as_guest).scalar_subquery()
        + select(func.count()).select_from(_as_reader).scalar_subquery()
    )
)
_COUNT_READERS = Statement(
    select(func.count())
    .select_from(thread_readers)
    .where(thread_readers.c.thread_id == bindparam("thread_id"))
    .where(thread_readers.c.user_id != bindparam("besides"))
)
_reading = (
    select(bindparam("thread_id", type_=ID), users.c.id, bindparam("added_at", type_=MOMENT))
    .where(users.c.id == bindparam("user_id", type_=ID))
    .where(users.c.erased_at.is_(None))
    .with_for_update(read=True, key_share=True)
)
_ADD_READER = Statement(
    upsert(thread_readers)
    .from_select(["thread_id", "user_id", "added_at"], _reading)
    .on_conflict_do_update(
        index_elements=["thread_id", "user_id"], set_={"added_at": thread_readers.c.added_at}
    )
)
_REMOVE_READER = Statement(
    delete(thread_readers)
    .where(thread_readers.c.thread_id == bindparam("thread_id"))
    .where(thread_readers.c.user_id == bindparam("user_id"))
)
_guests = (
    select(func.count())
    .select_from(thread_guests)
    .where(thread_guests.c.thread_id == thread_links.c.thread_id)
    .scalar_subquery()
)
_LINKS_OF = Statement(
    select(*columns_for(ThreadLink, thread_links, guest_count=_guests))
    .select_from(thread_links.join(threads, thread_links.c.thread_id == threads.c.id))
    .where(thread_links.c.thread_id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(own_thread()),
    ThreadLink,
)
_READERS_OF = PagesPerKey(
    select(*columns_for(ThreadReader, thread_readers))
    .select_from(thread_readers.join(threads, thread_readers.c.thread_id == threads.c.id))
    .where(thread_readers.c.thread_id == parent_key)
    .where(own_thread()),
    order=[thread_readers.c.user_id],
    make=ThreadReader,
    key_of=lambda reader: (reader.user_id,),
    name="threadReaders",
)


class SqlThreadShares:
    """Links in the table `thread_links`, who opened them in `thread_guests`, and readers in `thread_readers`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def replace_link(self, thread_id: ThreadId, secret_hash: str, *, now: datetime) -> None:
        """Store the link of a thread in place of the one before."""
        await self.remove_link(thread_id)
        await self._connection.run(_ADD_LINK, thread_id=thread_id, secret_hash=secret_hash, created_at=now)

    async def remove_link(self, thread_id: ThreadId) -> bool:
        """Remove the link of a thread with its guests; tells whether there was one."""
        return await self._connection.run(_REMOVE_LINK, thread_id=thread_id) > 0

    async def admit(self, secret_hash: str, *, user_id: UserId, now: datetime) -> ThreadId | None:
        """Make a user a guest of the link with this secret; return its thread, None for an unknown secret."""
        return await self._connection.first(_ADMIT, secret_hash=secret_hash, user_id=user_id, now=now)

    async def leave(self, thread_id: ThreadId, *, user_id: UserId) -> bool:
        """End that a user is a guest or a reader; tells whether they were."""
        return bool(await self._connection.value(_LEAVE, thread_id=thread_id, user_id=user_id))

    async def count_readers(self, thread_id: ThreadId, *, besides: UserId) -> int:
        """Return how many other readers a locked thread has."""
        return int(await self._connection.value(_COUNT_READERS, thread_id=thread_id, besides=besides))

    async def add_reader(self, reader: ThreadReader) -> bool:
        """Insert a reader, where one who is there already stays; False for an account that was anonymised."""
        added = await self._connection.run(
            _ADD_READER, thread_id=reader.thread_id, user_id=reader.user_id, added_at=reader.added_at
        )
        return added > 0

    async def remove_reader(self, thread_id: ThreadId, user_id: UserId) -> bool:
        """Remove a reader; tells whether there was one."""
        return await self._connection.run(_REMOVE_READER, thread_id=thread_id, user_id=user_id) > 0

    async def links_of(self, ids: Sequence[ThreadId], *, viewer_id: UserId) -> list[ThreadLink | None]:
        """Return the link of each thread."""
        found = await self._connection.all(_LINKS_OF, ids=list(ids), viewer_id=viewer_id)
        return by_key(ids, found, lambda link: link.thread_id)

    async def readers_of(
        self, ids: Sequence[ThreadId], window: Window, *, viewer_id: UserId
    ) -> list[Page[ThreadReader]]:
        """Return a page of the readers of each thread, in the order of their accounts."""
        return await _READERS_OF.read(self._connection, ids, window, viewer_id=viewer_id)
