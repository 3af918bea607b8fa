"""Sharing threads: by a link that can be renewed and revoked, and with learners by their handles."""

from collections.abc import Callable

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.accounts.link_secrets import digest, new_secret
from domain.accounts.profile_rules import checked_handle
from domain.acts import Act
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.ids import ThreadId, UserId
from domain.threads.thread_shares import MOST_READERS, ThreadReader, TooManyReadersError
from domain.threads.threads import Thread, own_thread
from domain.threads.work import ThreadsWork

MARK = "qpt_"
"""What every secret begins with, so that scanners recognise one that was published by mistake."""


@entity
class IssuedThreadLink:
    """A link that was just made, with its secret, which is shown once."""

    thread: Thread
    secret: str


class InvalidThreadLinkError(DomainError):
    """The link is unknown or was revoked; ask who gave it to you for a new one."""

    code = "INVALID_THREAD_LINK"


async def create_link(
    work: ThreadsWork, act: Act, *, thread_id: ThreadId, randomness: Callable[[int], bytes]
) -> IssuedThreadLink:
    """Make the link of a thread of the actor's, in place of the one before, whose guests lose sight of the thread.

    Raises NotFoundError.
    """
    thread = await own_thread(work.threads, act, thread_id)
    secret = new_secret(MARK, randomness)
    await work.thread_shares.replace_link(thread.id, digest(secret), now=act.now)
    await audit.record(work.audit, act, AuditAction.SHARE_LINK_CREATED, target=thread.id)
    return IssuedThreadLink(thread=thread, secret=secret)


async def revoke_link(work: ThreadsWork, act: Act, *, thread_id: ThreadId) -> Thread:
    """Revoke the link of a thread of the actor's: its guests lose sight of it. Again changes nothing.

    Raises NotFoundError.
    """
    thread = await own_thread(work.threads, act, thread_id)
    if await work.thread_shares.remove_link(thread.id):
        await audit.record(work.audit, act, AuditAction.SHARE_LINK_REVOKED, target=thread.id)
    return thread


async def open_link(work: ThreadsWork, act: Act, *, secret: str) -> Thread:
    """Let the actor read the thread of a link while it is valid; raises InvalidThreadLinkError."""
    thread_id = await work.thread_shares.admit(digest(secret), user_id=act.user_id, now=act.now)
    (thread,) = (
        [None]
        if thread_id is None
        else await work.threads.by_ids([thread_id], viewer_id=act.user_id, now=act.now)
    )
    if thread is None:
        raise InvalidThreadLinkError(
            "This link is not valid, or no longer; ask who gave it to you for a new one.", field="secret"
        )
    return thread


async def share_with(work: ThreadsWork, act: Act, *, thread_id: ThreadId, handle: str) -> Thread:
    """Share a thread of the actor's with a learner by handle, who may read it; again changes nothing.

    Raises InvalidInputError, NotFoundError or TooManyReadersError.
    """
    handle = checked_handle(handle, field="handle")
    thread = await own_thread(work.threads, act, thread_id)
    user_id = await _user_of(work, handle)
    if user_id == act.user_id:
        raise InvalidInputError("The thread is your own; name another learner.", field="handle")
    if await work.thread_shares.count_readers(thread.id, besides=user_id) >= MOST_READERS:
        raise TooManyReadersError(
            f"The thread is shared with {MOST_READERS} learners; take it back from one first, or share its link."
        )
    reader = ThreadReader(thread_id=thread.id, user_id=user_id, added_at=act.now)
    if not await work.thread_shares.add_reader(reader):
        raise _no_user()
    return thread


async def unshare_with(work: ThreadsWork, act: Act, *, thread_id: ThreadId, handle: str) -> Thread:
    """Take a thread of the actor's back from a learner; who opened its link too goes on reading it by that.

    Raises InvalidInputError or NotFoundError.
    """
    handle = checked_handle(handle, field="handle")
    thread = await own_thread(work.threads, act, thread_id)
    if not await work.thread_shares.remove_reader(thread.id, await _user_of(work, handle)):
        raise NotFoundError("The thread is not shared with this learner.", field="handle")
    return thread


async def leave(work: ThreadsWork, act: Act, *, thread_id: ThreadId) -> Thread:
    """End that the actor reads a thread of another, by name and by link; return it. Raises NotFoundError."""
    (thread,) = await work.threads.by_ids([thread_id], viewer_id=act.user_id, now=act.now)
    if thread is None or not await work.thread_shares.leave(thread.id, user_id=act.user_id):
        raise NotFoundError("No such thread is shared with you.", field="threadId")
    return thread


async def _user_of(work: ThreadsWork, handle: str) -> UserId:
    """Return who has the handle; raises NotFoundError where `user(by)` finds no user either."""
    user = await work.users.by_handle(handle)
    if user is None:
        raise _no_user()
    return user.id


def _no_user() -> NotFoundError:
    return NotFoundError("No user has this handle; look it up again.", field="handle")
