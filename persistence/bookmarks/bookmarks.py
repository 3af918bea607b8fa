"""Bookmarks in Postgres."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Boolean, Text, any_, bindparam, case, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from domain.bookmarks.bookmarks import Bookmark, BookmarkTag
from domain.bookmarks.targets import TargetType
from domain.ids import BookmarkId, UserId
from domain.paging import Page, Window
from persistence.bookmarks.targets import LOCK_USER, count_others, keys_of, of_viewer, prefix_of
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.statements import ID, Statement, by_key, columns_for
from persistence.tables.bookmarks.bookmarks import bookmarks

_columns = columns_for(Bookmark, bookmarks)
_mine = bookmarks.c.user_id == bindparam("viewer_id", type_=ID)
_ids = bindparam("ids", type_=ARRAY(ID))
_tag = bindparam("tag", type_=Text)
_COUNT_OTHERS = count_others(bookmarks)
_added = insert(bookmarks).values({column.name: bindparam(column.name) for column in bookmarks.c})
_SAVE = Statement(
    _added.on_conflict_do_update(
        index_elements=["user_id", "target_id"],
        set_={
            "tags": case(
                (bindparam("keep_tags", type_=Boolean), bookmarks.c.tags), else_=_added.excluded.tags
            )
        },
    ).returning(*_columns),
    Bookmark,
)
_REMOVE = Statement(
    delete(bookmarks).where(bookmarks.c.id == bindparam("bookmark_id")).where(_mine).returning(*_columns),
    Bookmark,
)
_BY_IDS = Statement(select(*_columns).where(bookmarks.c.id == any_(_ids)).where(_mine), Bookmark)
_BY_TARGETS = Statement(select(*_columns).where(bookmarks.c.target_id == any_(_ids)).where(_mine), Bookmark)
_NEWEST_FIRST = Pages(
    of_viewer(bookmarks, _columns).where(or_(_tag.is_(None), _tag == any_(bookmarks.c.tags))),
    order=[bookmarks.c.id],
    descending=True,
    make=Bookmark,
    key_of=lambda bookmark: (bookmark.id,),
    name="bookmarks",
)
_name = func.unnest(bookmarks.c.tags, type_=Text(collation="C")).label("name")
_each = select(_name).where(_mine).subquery("each")
_counted = select(_each.c.name, func.count().label("count")).group_by(_each.c.name).subquery("counted")
_TAGS = Pages(
    select(_counted.c.name, _counted.c["count"]),
    order=[_counted.c.name],
    make=BookmarkTag,
    key_of=lambda tag: (tag.name,),
    name="bookmarkTags",
)


class SqlBookmarks:
    """Bookmarks in the table `bookmarks`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lock_and_count_others(self, user_id: UserId, target_id: str) -> int:
        """Lock the user's row, and count the bookmarks of other targets."""
        await self._connection.run(LOCK_USER, user_id=user_id)
        return int(await self._connection.value(_COUNT_OTHERS, user_id=user_id, target_id=target_id))

    async def save(self, bookmark: Bookmark, *, keep_tags: bool) -> Bookmark:
        """Insert a bookmark, or change the tags of the one with the same target."""
        values: dict[str, Any] = {name: getattr(bookmark, name) for name in Bookmark.__slots__}  # type: ignore[attr-defined]
        saved = await self._connection.first(
            _SAVE, **values, **keys_of(bookmark.target_id), keep_tags=keep_tags
        )
        assert saved is not None  # noqa: S101 - INSERT ... RETURNING of one row
        return saved

    async def remove(self, bookmark_id: BookmarkId, *, viewer_id: UserId) -> Bookmark | None:
        """Delete a bookmark of the viewer's."""
        return await self._connection.first(_REMOVE, bookmark_id=bookmark_id, viewer_id=viewer_id)

    async def by_ids(self, ids: Sequence[BookmarkId], *, viewer_id: UserId) -> list[Bookmark | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id)
        return by_key(ids, found, lambda bookmark: bookmark.id)

    async def by_targets(self, ids: Sequence[str], *, viewer_id: UserId) -> list[Bookmark | None]:
        """Return the viewer's bookmark of each target."""
        found = await self._connection.all(_BY_TARGETS, ids=list(ids), viewer_id=viewer_id)
        return by_key(ids, found, lambda bookmark: bookmark.target_id)

    async def page(
        self, window: Window, *, viewer_id: UserId, kind: TargetType | None, tag: str | None
    ) -> Page[Bookmark]:
        """Return the viewer's bookmarks, newest first."""
        return await _NEWEST_FIRST.read(
            self._connection, window, viewer_id=viewer_id, prefix=prefix_of(kind), tag=tag
        )

    async def tags(self, window: Window, *, viewer_id: UserId) -> Page[BookmarkTag]:
        """Return the tags of the viewer's bookmarks with their counts, by name."""
        return await _TAGS.read(self._connection, window, viewer_id=viewer_id)
