"""Notes in Postgres."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, any_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from domain.bookmarks.notes import Note
from domain.bookmarks.targets import TargetType
from domain.ids import LineageId, NoteId, UserId
from domain.paging import Page, Window
from persistence.bookmarks.targets import LOCK_USER, count_others, keys_of, of_viewer, prefix_of
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker
from persistence.statements import ID, Statement, by_key, columns_for
from persistence.tables.bookmarks.bookmarks import notes
from persistence.tables.content.roadmaps import roadmap_nodes

_note = maker(Note)
_columns = columns_for(Note, notes)
_mine = notes.c.user_id == bindparam("viewer_id", type_=ID)
_ids = bindparam("ids", type_=ARRAY(ID))
_COUNT_OTHERS = count_others(notes)
_added = insert(notes).values({column.name: bindparam(column.name) for column in notes.c})
_SAVE = Statement(
    _added.on_conflict_do_update(
        index_elements=["user_id", "target_id"],
        set_={name: _added.excluded[name] for name in ("text", "changed_at")},
    ).returning(*_columns),
    Note,
)
_REMOVE = Statement(
    delete(notes).where(notes.c.id == bindparam("note_id")).where(_mine).returning(*_columns), Note
)
_CLEAR = Statement(delete(notes).where(notes.c.target_id == bindparam("target_id")).where(_mine))
_BY_IDS = Statement(select(*_columns).where(notes.c.id == any_(_ids)).where(_mine), Note)
_BY_TARGETS = Statement(select(*_columns).where(notes.c.target_id == any_(_ids)).where(_mine), Note)
_BY_LINEAGES = Statement(
    select(roadmap_nodes.c.lineage_id, *_columns)
    .ext(distinct_on(roadmap_nodes.c.lineage_id))
    .select_from(roadmap_nodes.join(notes, notes.c.node_id == roadmap_nodes.c.id))
    .where(roadmap_nodes.c.lineage_id == any_(_ids))
    .where(_mine)
    .order_by(roadmap_nodes.c.lineage_id, notes.c.changed_at.desc(), notes.c.id.desc())
)
_NEWEST_FIRST = Pages(
    of_viewer(notes, _columns),
    order=[notes.c.id],
    descending=True,
    make=Note,
    key_of=lambda note: (note.id,),
    name="notes",
)


class SqlNotes:
    """Notes in the table `notes`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lock_and_count_others(self, user_id: UserId, target_id: str) -> int:
        """Lock the user's row, and count the notes on other targets."""
        await self._connection.run(LOCK_USER, user_id=user_id)
        return int(await self._connection.value(_COUNT_OTHERS, user_id=user_id, target_id=target_id))

    async def save(self, note: Note) -> Note:
        """Insert a note, or change the text of the one on the same target."""
        values: dict[str, Any] = {name: getattr(note, name) for name in Note.__slots__}  # type: ignore[attr-defined]
        saved = await self._connection.first(_SAVE, **values, **keys_of(note.target_id))
        assert saved is not None  # noqa: S101 - INSERT ... RETURNING of one row
        return saved

    async def remove(self, note_id: NoteId, *, viewer_id: UserId) -> Note | None:
        """Delete a note of the viewer's."""
        return await self._connection.first(_REMOVE, note_id=note_id, viewer_id=viewer_id)

    async def clear(self, target_id: str, *, viewer_id: UserId) -> None:
        """Delete the viewer's note on a target."""
        await self._connection.run(_CLEAR, target_id=target_id, viewer_id=viewer_id)

    async def by_ids(self, ids: Sequence[NoteId], *, viewer_id: UserId) -> list[Note | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id)
        return by_key(ids, found, lambda note: note.id)

    async def by_targets(self, ids: Sequence[str], *, viewer_id: UserId) -> list[Note | None]:
        """Return the viewer's note on each target."""
        found = await self._connection.all(_BY_TARGETS, ids=list(ids), viewer_id=viewer_id)
        return by_key(ids, found, lambda note: note.target_id)

    async def by_lineages(self, ids: Sequence[LineageId], *, viewer_id: UserId) -> list[Note | None]:
        """Return the viewer's newest note on the nodes of each lineage."""
        rows = await self._connection.rows(_BY_LINEAGES, ids=list(ids), viewer_id=viewer_id)
        found = {lineage_id: _note(*columns) for lineage_id, *columns in rows}
        return [found.get(id_) for id_ in ids]

    async def page(self, window: Window, *, viewer_id: UserId, kind: TargetType | None) -> Page[Note]:
        """Return the viewer's notes, newest first."""
        return await _NEWEST_FIRST.read(self._connection, window, viewer_id=viewer_id, prefix=prefix_of(kind))
