"""Threads in Postgres."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Select,
    Text,
    any_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from domain.ids import ThreadId, UserId
from domain.paging import Page, Window
from domain.threads.threads import Thread
from persistence.accounts.user_locks import lock_user
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.statements import ID, Statement, by_key, columns_for
from persistence.tables.threads.thread_visibility import own_thread, shared_thread, visible_thread
from persistence.tables.threads.threads import thread_contents, threads

_count = (
    select(func.count())
    .select_from(thread_contents)
    .where(thread_contents.c.thread_id == threads.c.id)
    .scalar_subquery()
)
_columns = columns_for(Thread, threads, content_count=_count)
_query = bindparam("query", type_=Text)
_is_archived = bindparam("is_archived", type_=Boolean)
_COUNT = Statement(
    select(func.count()).select_from(threads).where(threads.c.owner_id == bindparam("owner_id"))
)
_ADD = Statement(insert(threads).values({c.name: bindparam(c.name) for c in threads.c}))
_BY_IDS = Statement(
    select(*_columns).where(threads.c.id == any_(bindparam("ids", type_=ARRAY(ID)))).where(visible_thread()),
    Thread,
)
_mine = (threads.c.id == bindparam("thread_id"), threads.c.owner_id == bindparam("owner_id"))
_LOCK = Statement(select(threads.c.id).where(*_mine).with_for_update(key_share=True))
_LOCKED = Statement(select(*_columns).where(*_mine), Thread)
_CHANGED = ("title", "description", "version", "archived_at", "changed_at")
_SAVE = Statement(
    update(threads)
    .where(threads.c.id == bindparam("thread_id"))
    .values({name: bindparam(name) for name in _CHANGED})
)
_REMOVE = Statement(delete(threads).where(threads.c.id == bindparam("thread_id")))


def _holds_query() -> ColumnElement[bool]:
    """Return the condition for threads with the query in their title, description or contents, in any case."""
    written = (threads.c.title, threads.c.description)
    inside = exists().where(thread_contents.c.thread_id == threads.c.id)
    return or_(
        _query.is_(None),
        *(column.icontains(_query, autoescape=False) for column in written),
        inside.where(
            or_(
                *(
                    column.icontains(_query, autoescape=False)
                    for column in (thread_contents.c.title, thread_contents.c.body)
                )
            )
        ),
    )


def _pages(rows: Select[Any], name: str) -> Pages[Thread]:
    return Pages(
        rows.where(_holds_query()),
        order=[threads.c.id],
        descending=True,
        make=Thread,
        key_of=lambda thread: (thread.id,),
        name=name,
    )


_OWN = _pages(
    select(*_columns)
    .where(own_thread())
    .where(or_(_is_archived.is_(None), threads.c.archived_at.is_not(None) == _is_archived)),
    "threads",
)
_SHARED = _pages(select(*_columns).where(shared_thread()), "sharedThreads")


def _literal(query: str | None) -> str | None:
    """Return a query in which the wildcards of LIKE stand for themselves."""
    return None if query is None else query.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


class SqlThreads:
    """Threads in the table `threads`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lock_and_count(self, owner_id: UserId) -> int:
        """Lock the user's row, and count their threads."""
        await lock_user(self._connection, owner_id)
        return int(await self._connection.value(_COUNT, owner_id=owner_id))

    async def add(self, thread: Thread) -> None:
        """Insert a new thread."""
        values = {f.name: getattr(thread, f.name) for f in fields(Thread) if f.name != "content_count"}
        await self._connection.run(_ADD, **values)

    async def by_ids(
        self, ids: Sequence[ThreadId], *, viewer_id: UserId, now: datetime
    ) -> list[Thread | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id, now=now)
        return by_key(ids, found, lambda thread: thread.id)

    async def lock_own(self, thread_id: ThreadId, *, owner_id: UserId) -> Thread | None:
        """Return a thread of the user's, read once it is locked, for another change may have held the lock."""
        if await self._connection.value(_LOCK, thread_id=thread_id, owner_id=owner_id) is None:
            return None
        return await self._connection.first(_LOCKED, thread_id=thread_id, owner_id=owner_id)

    async def save(self, thread: Thread) -> None:
        """Store the title, description, version and moments of a locked thread."""
        await self._connection.run(
            _SAVE, thread_id=thread.id, **{name: getattr(thread, name) for name in _CHANGED}
        )

    async def remove(self, thread_id: ThreadId) -> None:
        """Delete a thread; its rows in other tables go with it by their foreign keys."""
        await self._connection.run(_REMOVE, thread_id=thread_id)

    async def page(
        self, window: Window, *, viewer_id: UserId, is_archived: bool | None, query: str | None
    ) -> Page[Thread]:
        """Return the viewer's own threads, newest first."""
        return await _OWN.read(
            self._connection, window, viewer_id=viewer_id, is_archived=is_archived, query=_literal(query)
        )

    async def page_shared(
        self, window: Window, *, viewer_id: UserId, query: str | None, now: datetime
    ) -> Page[Thread]:
        """Return the threads that others share with the viewer, newest first."""
        return await _SHARED.read(
            self._connection, window, viewer_id=viewer_id, query=_literal(query), now=now
        )
