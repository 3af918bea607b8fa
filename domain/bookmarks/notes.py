"""Notes: what a learner writes about content for themselves, one note for each target, bookmarked or not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain import text
from domain.acts import Act
from domain.bookmarks.targets import TargetType
from domain.entities import entity
from domain.errors import DomainError
from domain.ids import LineageId, NoteId, UserId
from domain.paging import Page, Window

MOST_NOTES = 2_000
"""How many notes a learner may have."""
LONGEST_NOTE = 10_000


@entity
class Note:
    """A private note on one target; a learner has at most one on each."""

    id: NoteId
    user_id: UserId
    target_id: str
    text: str
    created_at: datetime
    changed_at: datetime


class TooManyNotesError(DomainError):
    """The learner has as many notes as are allowed."""

    code = "TOO_MANY_NOTES"


class Notes(Protocol):
    """Notes; `viewer_id` leaves out those of other learners."""

    async def lock_and_count_others(self, user_id: UserId, target_id: str) -> int:
        """Return how many notes on other targets the user has; a lock on the user's row blocks new ones."""

    async def save(self, note: Note) -> Note:
        """Store a note, or the text of the one that its target has already; return it as it is then."""

    async def remove(self, note_id: NoteId, *, viewer_id: UserId) -> Note | None:
        """Remove a note; return it as it was."""

    async def clear(self, target_id: str, *, viewer_id: UserId) -> None:
        """Remove the viewer's note on a target, if there is one."""

    async def by_ids(self, ids: Sequence[NoteId], *, viewer_id: UserId) -> list[Note | None]:
        """Return one slot per id, in their order."""

    async def by_targets(self, ids: Sequence[str], *, viewer_id: UserId) -> list[Note | None]:
        """Return the viewer's note on each target."""

    async def by_lineages(self, ids: Sequence[LineageId], *, viewer_id: UserId) -> list[Note | None]:
        """Return the viewer's newest note on the nodes of each lineage."""

    async def page(self, window: Window, *, viewer_id: UserId, kind: TargetType | None) -> Page[Note]:
        """Return the viewer's notes, newest first, on one kind of target or all."""


def checked_note(value: str, *, field: str = "note") -> str:
    """Return the note if it has 1 to 10 000 characters."""
    return text.prose(value, field=field, longest=LONGEST_NOTE, shortest=1)


async def put(notes: Notes, act: Act, target_id: str, value: str | None) -> Note | None:
    """Store the actor's note on a target that they may see, or remove it; raises TooManyNotesError."""
    if value is None:
        await notes.clear(target_id, viewer_id=act.user_id)
        return None
    if await notes.lock_and_count_others(act.user_id, target_id) >= MOST_NOTES:
        raise TooManyNotesError(f"You have {MOST_NOTES} notes; remove one that you do not need.")
    return await notes.save(
        Note(
            id=NoteId(act.mint("note")),
            user_id=act.user_id,
            target_id=target_id,
            text=value,
            created_at=act.now,
            changed_at=act.now,
        )
    )
