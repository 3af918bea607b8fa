"""Saving and removing notes."""

from domain.acts import Act
from domain.bookmarks import notes
from domain.bookmarks.notes import Note
from domain.bookmarks.targets import check_visible, checked_target
from domain.bookmarks.work import BookmarksWork
from domain.errors import NotFoundError
from domain.ids import NoteId
from domain.refusals import all_at_once


async def save(work: BookmarksWork, act: Act, *, target_id: str, text: str) -> Note:
    """Write the actor's note on content, in place of the one that is there.

    Raises, all at once, InvalidInputErrors that name the fields, and NotFoundError for content that the actor cannot
    see; TooManyNotesError.
    """
    with all_at_once() as each:
        with each:
            kind = checked_target(target_id, field="targetId")
        with each:
            text = notes.checked_note(text, field="text")
        if not each.refusals:
            await check_visible(work, act, kind, target_id, field="targetId")
    saved = await notes.put(work.notes, act, target_id, text)
    assert saved is not None  # noqa: S101 - it was given a text
    return saved


async def remove(work: BookmarksWork, act: Act, *, note_id: NoteId) -> Note:
    """Remove a note of the actor's; raises NotFoundError."""
    removed = await work.notes.remove(note_id, viewer_id=act.user_id)
    if removed is None:
        raise NotFoundError("There is no such note.", field="id")
    return removed
