"""Visibility of threads: conditions on who owns and who reads them."""

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_

from persistence.statements import ID, MOMENT
from persistence.tables.accounts.users import users
from persistence.tables.threads.threads import thread_guests, thread_readers, threads

viewer = bindparam("viewer_id", type_=ID)
now = bindparam("now", type_=MOMENT)


def own_thread() -> ColumnElement[bool]:
    """Return the condition for threads of the viewer's own."""
    return threads.c.owner_id == viewer


def shared_thread() -> ColumnElement[bool]:
    """Return the condition for threads of others that the viewer reads: by name or by link.

    While its owner is suspended, a thread is shown to its owner alone.
    """
    is_suspended = (
        exists()
        .where(users.c.id == threads.c.owner_id)
        .where(users.c.suspended_at.is_not(None))
        .where(or_(users.c.suspended_until.is_(None), users.c.suspended_until > now))
    )
    is_reader = or_(
        *(
            exists().where(table.c.thread_id == threads.c.id).where(table.c.user_id == viewer)
            for table in (thread_readers, thread_guests)
        )
    )
    return and_(threads.c.owner_id != viewer, is_reader, ~is_suspended)


def visible_thread() -> ColumnElement[bool]:
    """Return the condition for threads that the viewer reads."""
    return or_(own_thread(), shared_thread())
