"""Thread changes: creating, describing, archiving and deleting threads."""

from dataclasses import replace

from domain.acts import Act
from domain.chats.chat_messages import message_signal
from domain.edits import UNCHANGED, Edit, checked, settled
from domain.errors import NotFoundError
from domain.idempotency import checked_key, first_use
from domain.ids import ThreadContentId, ThreadId
from domain.refusals import all_at_once
from domain.threads.threads import (
    MOST_THREADS,
    Thread,
    TooManyThreadsError,
    check_version,
    checked_description,
    checked_title,
    own_thread,
)
from domain.threads.work import ThreadsWork


async def create(work: ThreadsWork, act: Act, *, title: str, description: str, key: str) -> Thread:
    """Create a thread of the actor's without contents; the same key returns what its first use created.

    Raises, all at once, InvalidInputErrors that name the fields; IdempotencyKeyReusedError or TooManyThreadsError.
    """
    with all_at_once() as each:
        with each:
            title = checked_title(title)
        with each:
            description = checked_description(description)
        with each:
            key = checked_key(key)
    thread = Thread(
        id=ThreadId(act.mint("thread")),
        owner_id=act.user_id,
        title=title,
        description=description,
        version=1,
        content_count=0,
        archived_at=None,
        created_at=act.now,
        changed_at=act.now,
    )
    given = {"title": title, "description": description}
    earlier = await first_use(
        work.receipts, act, operation="createThread", key=key, given=given, result_id=thread.id
    )
    if earlier is not None:
        (found,) = await work.threads.by_ids([ThreadId(earlier)], viewer_id=act.user_id, now=act.now)
        if found is None:
            raise NotFoundError("The thread of this key was deleted; make a new key.", field="idempotencyKey")
        return found
    if await work.threads.lock_and_count(act.user_id) >= MOST_THREADS:
        raise TooManyThreadsError(f"You have {MOST_THREADS} threads; delete one that you do not need.")
    await work.threads.add(thread)
    return thread


async def describe(
    work: ThreadsWork,
    act: Act,
    *,
    thread_id: ThreadId,
    version: int,
    title: Edit[str | None] = UNCHANGED,
    description: Edit[str | None] = UNCHANGED,
) -> Thread:
    """Change the title or the description of a thread of the actor's.

    Raises, all at once, InvalidInputErrors that name the fields; NotFoundError or ThreadConflictError.
    """
    with all_at_once() as each:
        with each:
            new_title = checked(title, checked_title, field="title")
        with each:
            new_text = checked(description, checked_description, field="description")
    thread = await own_thread(work.threads, act, thread_id)
    check_version(thread, version)
    return await changed(
        work,
        act,
        replace(
            thread,
            title=settled(new_title, thread.title),
            description=settled(new_text, thread.description),
        ),
    )


async def archive(work: ThreadsWork, act: Act, *, thread_id: ThreadId, is_archived: bool) -> Thread:
    """Put a thread of the actor's into the archive, or take it out; again changes nothing. Raises NotFoundError."""
    thread = await own_thread(work.threads, act, thread_id)
    if (thread.archived_at is not None) is is_archived:
        return thread
    return await changed(work, act, replace(thread, archived_at=act.now if is_archived else None))


async def delete(work: ThreadsWork, act: Act, *, thread_id: ThreadId) -> Thread:
    """Delete a thread of the actor's with its contents and their chats; return it as it was. Raises NotFoundError."""
    thread = await own_thread(work.threads, act, thread_id)
    await remove_chats(work, thread)
    await work.threads.remove(thread.id)
    return thread


async def remove_chats(
    work: ThreadsWork, thread: Thread, *, of_content: ThreadContentId | None = None
) -> None:
    """Remove the chats of one content of a locked thread, or of all; who follows an answer hears that it is gone."""
    for message_id in await work.thread_contents.remove_chats(thread.id, of_content=of_content):
        work.emit(message_signal(message_id))


async def changed(work: ThreadsWork, act: Act, thread: Thread) -> Thread:
    """Store a locked thread as its next version, and return it."""
    advanced = replace(thread, version=thread.version + 1, changed_at=act.now)
    await work.threads.save(advanced)
    return advanced
