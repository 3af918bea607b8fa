"""Resolvers of bookmarks and notes."""

from domain.bookmarks import bookmark_changes, bookmarks, note_changes
from domain.bookmarks.bookmarks import Bookmark, BookmarkTag
from domain.bookmarks.notes import Note
from domain.bookmarks.targets import TargetType
from domain.edits import UNCHANGED, Edit
from domain.ids import BookmarkId, NoteId
from domain.paging import Page, Window
from resolvers.context import Context


async def viewer_bookmarks(
    context: Context, *, type: TargetType | None = None, tag: str | None = None, window: Window
) -> Page[Bookmark]:
    """Return a page of the caller's bookmarks."""
    wanted = None if tag is None else bookmarks.checked_tag(tag, field="tag")
    async with context.open_reads() as reads:
        return await reads.bookmarks.page(window, viewer_id=context.user_id, kind=type, tag=wanted)


async def viewer_tags(context: Context, *, window: Window) -> Page[BookmarkTag]:
    """Return a page of the tags of the caller's bookmarks."""
    async with context.open_reads() as reads:
        return await reads.bookmarks.tags(window, viewer_id=context.user_id)


async def viewer_notes(context: Context, *, type: TargetType | None = None, window: Window) -> Page[Note]:
    """Return a page of the caller's notes."""
    async with context.open_reads() as reads:
        return await reads.notes.page(window, viewer_id=context.user_id, kind=type)


async def save_bookmark(
    context: Context,
    *,
    target_id: str,
    tags: Edit[list[str] | None] = UNCHANGED,
    note: Edit[str | None] = UNCHANGED,
) -> Bookmark:
    """Bookmark content, or change the caller's bookmark of it."""
    async with context.open_work() as work:
        return await bookmark_changes.save(work, context.act(), target_id=target_id, tags=tags, note=note)


async def remove_bookmark(context: Context, *, id: BookmarkId) -> Bookmark:
    """Remove a bookmark of the caller's."""
    async with context.open_work() as work:
        return await bookmark_changes.remove(work, context.act(), bookmark_id=id)


async def save_note(context: Context, *, target_id: str, text: str) -> Note:
    """Write the caller's note on content."""
    async with context.open_work() as work:
        return await note_changes.save(work, context.act(), target_id=target_id, text=text)


async def remove_note(context: Context, *, id: NoteId) -> Note:
    """Remove a note of the caller's."""
    async with context.open_work() as work:
        return await note_changes.remove(work, context.act(), note_id=id)
