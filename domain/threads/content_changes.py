"""Content changes: adding, editing, moving and removing the contents of threads, each against the version read."""

from dataclasses import replace

from domain.acts import Act
from domain.edits import UNCHANGED, Edit, checked, settled
from domain.entities import entity
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import ThreadContentId, ThreadId
from domain.refusals import all_at_once
from domain.threads.thread_changes import changed, remove_chats
from domain.threads.thread_contents import (
    MOST_CONTENTS,
    ThreadContent,
    TooManyContentsError,
    checked_body,
    checked_content_title,
)
from domain.threads.threads import Thread, check_version, own_thread
from domain.threads.work import ThreadsWork


@entity
class ChangedContent:
    """A content after a change of it, or before its removal, and its thread as it is now."""

    thread: Thread
    content: ThreadContent


async def add(
    work: ThreadsWork,
    act: Act,
    *,
    thread_id: ThreadId,
    version: int,
    title: str,
    body: str,
    position: int | None,
) -> ChangedContent:
    """Add a content to a thread of the actor's, at a position or at the end.

    Raises, all at once, InvalidInputErrors that name the fields; NotFoundError, ThreadConflictError or
    TooManyContentsError.
    """
    with all_at_once() as each:
        with each:
            title = checked_content_title(title)
        with each:
            body = checked_body(body)
        with each:
            _check_position(position)
    thread = await own_thread(work.threads, act, thread_id)
    check_version(thread, version)
    check_room(thread, 1)
    place = thread.content_count if position is None else _placed(position, thread.content_count)
    content = ThreadContent(
        id=ThreadContentId(act.mint("threadcontent")),
        thread_id=thread.id,
        position=place,
        title=title,
        body=body,
        is_generated=False,
        created_at=act.now,
        changed_at=act.now,
    )
    await work.thread_contents.insert([content])
    grown = replace(thread, content_count=thread.content_count + 1)
    return ChangedContent(thread=await changed(work, act, grown), content=content)


async def edit(
    work: ThreadsWork,
    act: Act,
    *,
    content_id: ThreadContentId,
    version: int,
    title: Edit[str | None] = UNCHANGED,
    body: Edit[str | None] = UNCHANGED,
) -> ChangedContent:
    """Change the title or the body of a content of the actor's, which counts as theirs from then on.

    Raises, all at once, InvalidInputErrors that name the fields; NotFoundError or ThreadConflictError.
    """
    with all_at_once() as each:
        with each:
            new_title = checked(title, checked_content_title, field="title")
        with each:
            new_body = checked(body, checked_body, field="body")
    thread, content = await _own(work, act, content_id, version)
    edited = replace(
        content,
        title=settled(new_title, content.title),
        body=settled(new_body, content.body),
        is_generated=False,
        changed_at=act.now,
    )
    await work.thread_contents.save(edited)
    return ChangedContent(thread=await changed(work, act, thread), content=edited)


async def move(
    work: ThreadsWork, act: Act, *, content_id: ThreadContentId, version: int, position: int
) -> ChangedContent:
    """Move a content of the actor's to a position among the others, which move by one.

    Raises InvalidInputError, NotFoundError or ThreadConflictError.
    """
    _check_position(position)
    thread, content = await _own(work, act, content_id, version)
    place = _placed(position, thread.content_count - 1)
    await work.thread_contents.move(content, place)
    return ChangedContent(thread=await changed(work, act, thread), content=replace(content, position=place))


async def remove(work: ThreadsWork, act: Act, *, content_id: ThreadContentId, version: int) -> ChangedContent:
    """Remove a content of the actor's with its chat; later ones move up.

    Raises NotFoundError or ThreadConflictError.
    """
    thread, content = await _own(work, act, content_id, version)
    await remove_chats(work, thread, of_content=content.id)
    await work.thread_contents.remove(content)
    shrunk = replace(thread, content_count=thread.content_count - 1)
    return ChangedContent(thread=await changed(work, act, shrunk), content=content)


def check_room(thread: Thread, more: int) -> None:
    """Raise TooManyContentsError unless a thread has room for so many more contents."""
    if thread.content_count + more > MOST_CONTENTS:
        raise TooManyContentsError(
            f"The thread has {thread.content_count} contents, and may have {MOST_CONTENTS}; remove some, or begin "
            "another thread."
        )


async def own_content(
    work: ThreadsWork, act: Act, content_id: ThreadContentId
) -> tuple[Thread, ThreadContent]:
    """Return a content of the actor's with its thread, which is locked; raises NotFoundError."""
    missing = NotFoundError("You have no such content of a thread.", field="contentId")
    thread_id = await work.thread_contents.thread_of(content_id, owner_id=act.user_id)
    thread = None if thread_id is None else await work.threads.lock_own(thread_id, owner_id=act.user_id)
    if thread is None:
        raise missing
    (content,) = await work.thread_contents.by_ids([content_id], viewer_id=act.user_id, now=act.now)
    if content is None:
        raise missing
    return thread, content


async def _own(
    work: ThreadsWork, act: Act, content_id: ThreadContentId, version: int
) -> tuple[Thread, ThreadContent]:
    """Return a content of the actor's with its thread, locked and at a version."""
    thread, content = await own_content(work, act, content_id)
    check_version(thread, version)
    return thread, content


def _check_position(position: int | None) -> None:
    if position is not None and position < 0:
        raise InvalidInputError("position must be 0 or more; 0 is the first place.", field="position")


def _placed(position: int, last: int) -> int:
    """Return the position, or the last one where it is beyond that."""
    return min(position, last)
