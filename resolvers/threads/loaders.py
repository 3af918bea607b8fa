"""Batches of threads: what the viewer owns or reads, and what only its owner sees."""

from domain.chats.chats import Chat
from domain.ids import ThreadContentId, ThreadId
from domain.paging import Page, Window
from domain.threads.thread_contents import ThreadContent
from domain.threads.thread_shares import ThreadLink, ThreadReader
from domain.threads.threads import Thread
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VISIBLE)
async def threads_by_id(context: Context, ids: list[ThreadId]) -> list[Thread | None]:
    """Load threads of the viewer's own, and those that are shared with them."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.threads.by_ids(ids, viewer_id=context.user_id, now=context.now())


@batch(Rows.VISIBLE)
async def contents_by_id(context: Context, ids: list[ThreadContentId]) -> list[ThreadContent | None]:
    """Load contents of threads that the viewer may see."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.thread_contents.by_ids(ids, viewer_id=context.user_id, now=context.now())


@batch(Rows.VISIBLE)
async def contents_by_thread(
    context: Context, ids: list[ThreadId], *, window: Window
) -> list[Page[ThreadContent]]:
    """Load a page of the contents of each thread, in their order."""
    async with context.open_reads() as reads:
        return await reads.thread_contents.of_threads(
            ids, window, viewer_id=context.user_id, now=context.now()
        )


@batch(Rows.VIEWER)
async def links_by_thread(context: Context, ids: list[ThreadId]) -> list[ThreadLink | None]:
    """Load the links of the viewer's own threads."""
    async with context.open_reads() as reads:
        return await reads.thread_shares.links_of(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def readers_by_thread(
    context: Context, ids: list[ThreadId], *, window: Window
) -> list[Page[ThreadReader]]:
    """Load a page of the readers of each of the viewer's own threads."""
    async with context.open_reads() as reads:
        return await reads.thread_shares.readers_of(ids, window, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def chats_by_content(context: Context, ids: list[ThreadContentId]) -> list[Chat | None]:
    """Load the viewer's chat of each content; those of other learners stay empty."""
    async with context.open_reads() as reads:
        found = await reads.chats.by_origins(ids, user_id=context.user_id)
    return [chats[0] if chats else None for chats in found]
