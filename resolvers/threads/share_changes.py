"""Resolvers of the sharing of threads."""

from domain.ids import ThreadId
from domain.threads import share_changes
from domain.threads.share_changes import IssuedThreadLink
from domain.threads.threads import Thread
from resolvers.context import Context


async def create_thread_link(context: Context, *, thread_id: ThreadId) -> IssuedThreadLink:
    """Make the link of a thread of the caller's."""
    async with context.open_work() as work:
        return await share_changes.create_link(
            work, context.act(), thread_id=thread_id, randomness=context.ports.randomness
        )


async def revoke_thread_link(context: Context, *, thread_id: ThreadId) -> Thread:
    """Revoke the link of a thread of the caller's."""
    async with context.open_work() as work:
        return await share_changes.revoke_link(work, context.act(), thread_id=thread_id)


async def open_thread_link(context: Context, *, secret: str) -> Thread:
    """Let the caller read the thread of a link."""
    async with context.open_work() as work:
        return await share_changes.open_link(work, context.act(), secret=secret)


async def share_thread_with(context: Context, *, thread_id: ThreadId, handle: str) -> Thread:
    """Share a thread of the caller's with a learner."""
    async with context.open_work() as work:
        return await share_changes.share_with(work, context.act(), thread_id=thread_id, handle=handle)


async def unshare_thread_with(context: Context, *, thread_id: ThreadId, handle: str) -> Thread:
    """Take a thread of the caller's back from a learner."""
    async with context.open_work() as work:
        return await share_changes.unshare_with(work, context.act(), thread_id=thread_id, handle=handle)


async def leave_shared_thread(context: Context, *, thread_id: ThreadId) -> Thread:
    """End that the caller reads a thread of another."""
    async with context.open_work() as work:
        return await share_changes.leave(work, context.act(), thread_id=thread_id)
