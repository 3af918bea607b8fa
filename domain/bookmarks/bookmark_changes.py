"""Saving and removing bookmarks."""

from domain.acts import Act
from domain.bookmarks import notes
from domain.bookmarks.bookmarks import (
    MOST_BOOKMARKS,
    Bookmark,
    TooManyBookmarksError,
    checked_tags,
)
from domain.bookmarks.targets import check_visible, checked_target
from domain.bookmarks.work import BookmarksWork
from domain.edits import UNCHANGED, Edit, checked, settled
from domain.errors import NotFoundError
from domain.ids import BookmarkId
from domain.refusals import all_at_once


async def save(
    work: BookmarksWork,
    act: Act,
    *,
    target_id: str,
    tags: Edit[list[str] | None] = UNCHANGED,
    note: Edit[str | None] = UNCHANGED,
) -> Bookmark:
    """Bookmark content for the actor, or change the tags and the note of their bookmark; None removes the note.

    Raises, all at once, InvalidInputErrors that name the fields, and NotFoundError for content that the actor cannot
    see; TooManyBookmarksError.
    """
    with all_at_once() as each:
        with each:
            kind = checked_target(target_id, field="targetId")
        with each:
            new_tags = checked(tags, checked_tags, field="tags")
        with each:
            note = notes.checked_note(note) if isinstance(note, str) else note
        if not each.refusals:
            await check_visible(work, act, kind, target_id, field="targetId")
    if await work.bookmarks.lock_and_count_others(act.user_id, target_id) >= MOST_BOOKMARKS:
        raise TooManyBookmarksError(f"You have {MOST_BOOKMARKS} bookmarks; remove one that you do not need.")
    bookmark = Bookmark(
        id=BookmarkId(act.mint("bookmark")),
        user_id=act.user_id,
        target_id=target_id,
        tags=settled(new_tags, []),
        created_at=act.now,
    )
    if note is not UNCHANGED:
        await notes.put(work.notes, act, target_id, note)
    return await work.bookmarks.save(bookmark, keep_tags=new_tags is UNCHANGED)


async def remove(work: BookmarksWork, act: Act, *, bookmark_id: BookmarkId) -> Bookmark:
    """Remove a bookmark of the actor's; the note on its target stays. Raises NotFoundError."""
    removed = await work.bookmarks.remove(bookmark_id, viewer_id=act.user_id)
    if removed is None:
        raise NotFoundError("There is no such bookmark.", field="id")
    return removed
