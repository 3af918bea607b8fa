"""Resolvers of threads and of their contents."""

from domain.edits import UNCHANGED, Edit
from domain.ids import ThreadContentId, ThreadId
from domain.jobs.jobs import Job
from domain.paging import Page, Window
from domain.threads import content_changes, content_chats, section_generation, thread_changes, threads
from domain.threads.content_changes import ChangedContent
from domain.threads.content_chats import ExploredContent
from domain.threads.threads import Thread
from resolvers.ai.quotas import quota_of_caller
from resolvers.context import Context
from resolvers.threads import loaders


async def thread(context: Context, *, id: ThreadId) -> Thread | None:
    """Return a thread of the caller's, or one that is shared with them."""
    found: Thread | None = await context.load(loaders.threads_by_id, id)
    return found


async def viewer_threads(
    context: Context, *, window: Window, is_archived: bool | None = None, query: str | None = None
) -> Page[Thread]:
    """Return a page of the caller's threads."""
    wanted = threads.checked_query(query)
    async with context.open_reads() as reads:
        return await reads.threads.page(
            window, viewer_id=context.user_id, is_archived=is_archived, query=wanted
        )


async def viewer_shared_threads(
    context: Context, *, window: Window, query: str | None = None
) -> Page[Thread]:
    """Return a page of the threads that others share with the caller."""
    wanted = threads.checked_query(query)
    async with context.open_reads() as reads:
        return await reads.threads.page_shared(
            window, viewer_id=context.user_id, query=wanted, now=context.now()
        )


async def create_thread(
    context: Context, *, title: str, idempotency_key: str, description: str = ""
) -> Thread:
    """Create a thread of the caller's."""
    async with context.open_work() as work:
        return await thread_changes.create(
            work, context.act(), title=title, description=description, key=idempotency_key
        )


async def update_thread(
    context: Context,
    *,
    thread_id: ThreadId,
    version: int,
    title: Edit[str | None] = UNCHANGED,
    description: Edit[str | None] = UNCHANGED,
) -> Thread:
    """Change the title or the description of a thread of the caller's."""
    async with context.open_work() as work:
        return await thread_changes.describe(
            work,
            context.act(),
            thread_id=thread_id,
            version=version,
            title=title,
            description=description,
        )


async def archive_thread(context: Context, *, thread_id: ThreadId, is_archived: bool = True) -> Thread:
    """Put a thread of the caller's into the archive, or take it out."""
    async with context.open_work() as work:
        return await thread_changes.archive(work, context.act(), thread_id=thread_id, is_archived=is_archived)


async def delete_thread(context: Context, *, thread_id: ThreadId) -> Thread:
    """Delete a thread of the caller's."""
    async with context.open_work() as work:
        return await thread_changes.delete(work, context.act(), thread_id=thread_id)


async def add_thread_content(
    context: Context,
    *,
    thread_id: ThreadId,
    version: int,
    title: str,
    body: str,
    position: int | None = None,
) -> ChangedContent:
    """Add a content to a thread of the caller's."""
    async with context.open_work() as work:
        return await content_changes.add(
            work,
            context.act(),
            thread_id=thread_id,
            version=version,
            title=title,
            body=body,
            position=position,
        )


async def update_thread_content(
    context: Context,
    *,
    content_id: ThreadContentId,
    version: int,
    title: Edit[str | None] = UNCHANGED,
    body: Edit[str | None] = UNCHANGED,
) -> ChangedContent:
    """Change a content of the caller's."""
    async with context.open_work() as work:
        return await content_changes.edit(
            work, context.act(), content_id=content_id, version=version, title=title, body=body
        )


async def move_thread_content(
    context: Context, *, content_id: ThreadContentId, version: int, position: int
) -> ChangedContent:
    """Move a content of the caller's."""
    async with context.open_work() as work:
        return await content_changes.move(
            work, context.act(), content_id=content_id, version=version, position=position
        )


async def remove_thread_content(
    context: Context, *, content_id: ThreadContentId, version: int
) -> ChangedContent:
    """Remove a content of the caller's."""
    async with context.open_work() as work:
        return await content_changes.remove(work, context.act(), content_id=content_id, version=version)


async def generate_thread_contents(context: Context, *, thread_id: ThreadId, topic: str, count: int) -> Job:
    """Start the job that writes sections of a thread of the caller's."""
    async with context.open_work() as work:
        return await section_generation.start(
            work,
            context.act(),
            thread_id=thread_id,
            topic=topic,
            count=count,
            quota=quota_of_caller(context),
        )


async def explore_thread_content(
    context: Context,
    *,
    content_id: ThreadContentId,
    idempotency_key: str,
    question: str | None = None,
) -> ExploredContent:
    """Open the chat of a content of the caller's, and ask in it."""
    async with context.open_work() as work:
        return await content_chats.explore(
            work,
            context.act(),
            content_id=content_id,
            question=question,
            idempotency_key=idempotency_key,
            quota=quota_of_caller(context),
        )
