"""Roadmaps and their versions in Postgres."""

from dataclasses import fields
from typing import Any

from sqlalchemy import ARRAY, Select, any_, bindparam, delete, select
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert

from domain.content.roadmaps import Roadmap, RoadmapVersion, VersionState, Visibility
from domain.ids import RoadmapId, RoadmapVersionId, UserId
from domain.paging import Page, Window
from domain.rows import Columns, Row
from persistence.column_selection import ColumnSelection
from persistence.content.publications import Publications
from persistence.content.roadmap_rows import as_roadmap, as_version, roadmap_columns, version_columns
from persistence.paging import Pages, PagesPerKey, parent_key
from persistence.statements import FIRST, ID, Statement, by_key
from persistence.tables.content.roadmap_visibility import visible_roadmap, visible_version
from persistence.tables.content.roadmaps import roadmap_versions, roadmaps


def _values(row: Roadmap | RoadmapVersion) -> dict[str, Any]:
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    enums = {
        name: value.value for name, value in values.items() if isinstance(value, Visibility | VersionState)
    }
    return values | enums


_ids = bindparam("ids", type_=ARRAY(ID))


def _locking(rows: Select[Any]) -> Select[Any]:
    """Lock against other publications and imports, but not against enrolments."""
    return rows.with_for_update(key_share=True, of=roadmaps)


def _visible(rows: Select[Any]) -> Select[Any]:
    return rows.where(visible_roadmap())


def _versions() -> Select[Any]:
    joined = roadmap_versions.join(roadmaps, roadmap_versions.c.roadmap_id == roadmaps.c.id)
    return select(*version_columns).select_from(joined).where(visible_version())


_ADD = Statement(
    insert(roadmaps)
    .values({c.name: bindparam(c.name) for c in roadmaps.c})
    .on_conflict_do_nothing(index_elements=["slug"])
)
_LOCK_BY_SLUG = Statement(
    _locking(select(*roadmap_columns).where(roadmaps.c.slug == bindparam("slug"))), as_roadmap
)
_LOCK_BY_ID = Statement(
    _locking(select(*roadmap_columns).where(roadmaps.c.id == bindparam("id"))), as_roadmap
)
_AUTHOR = Statement(select(roadmaps.c.author_id).where(roadmaps.c.slug == bindparam("slug")))
_by_ids = _visible(select(*roadmap_columns).where(roadmaps.c.id == any_(_ids)))
_BY_IDS = Statement(_by_ids, as_roadmap)
_ROWS_BY_IDS = ColumnSelection(_by_ids, key=roadmaps.c.id, columns=roadmap_columns)
_BY_SLUG = Statement(
    _visible(select(*roadmap_columns).where(roadmaps.c.slug == bindparam("slug"))), as_roadmap
)
_LISTED = Pages(
    select(*roadmap_columns)
    .where(roadmaps.c.visibility == Visibility.PUBLIC.value)
    .where(roadmaps.c.current_version_id.is_not(None)),
    order=[roadmaps.c.id],
    descending=True,
    make=as_roadmap,
    key_of=lambda roadmap: (roadmap.id,),
    name="roadmaps",
)
_newest = (
    select(*version_columns)
    .where(roadmap_versions.c.roadmap_id == bindparam("roadmap_id"))
    .order_by(roadmap_versions.c.number.desc())
    .limit(1)
)
_NEWEST_VERSION = Statement(_newest, as_version)
_OF_CONTENT = Statement(
    select(*version_columns)
    .select_from(roadmap_versions.join(roadmaps, roadmap_versions.c.roadmap_id == roadmaps.c.id))
    .where(roadmaps.c.slug == bindparam("slug"))
    .where(roadmap_versions.c.content_hash == bindparam("content_hash"))
    .order_by(roadmap_versions.c.number.desc())
    .limit(1),
    as_version,
)
_versions_by_ids = _versions().where(roadmap_versions.c.id == any_(_ids))
_VERSIONS_BY_IDS = Statement(_versions_by_ids, as_version)
_VERSION_ROWS_BY_IDS = ColumnSelection(_versions_by_ids, key=roadmap_versions.c.id, columns=version_columns)
_VERSIONS_OF = PagesPerKey(
    _versions().where(roadmap_versions.c.roadmap_id == parent_key),
    order=[roadmap_versions.c.number],
    descending=True,
    make=as_version,
    key_of=lambda version: (version.number,),
    name="versions",
)
_ADD_VERSION = Statement(
    plain_insert(roadmap_versions).values({c.name: bindparam(c.name) for c in roadmap_versions.c})
)
_DROP_DRAFT = Statement(
    delete(roadmap_versions)
    .where(roadmap_versions.c.id == bindparam("version_id"))
    .where(roadmap_versions.c.state == VersionState.DRAFT.value)
)


class SqlRoadmaps(Publications):
    """Roadmaps in the table `roadmaps`, their versions in `roadmap_versions`."""

    async def get_or_create_locked(self, roadmap: Roadmap) -> Roadmap:
        """Store a roadmap unless its slug is taken, then lock the one that has it."""
        await self._connection.run(_ADD, **_values(roadmap))
        locked = await self._connection.first(_LOCK_BY_SLUG, slug=roadmap.slug)
        assert locked is not None  # noqa: S101 - it was just stored, or existed before
        return locked

    async def lock(self, roadmap_id: RoadmapId) -> Roadmap | None:
        """Return a roadmap and lock it."""
        return await self._connection.first(_LOCK_BY_ID, id=roadmap_id)

    async def lock_by_slug(self, slug: str) -> Roadmap | None:
        """Return the roadmap with the slug and lock it."""
        return await self._connection.first(_LOCK_BY_SLUG, slug=slug)

    async def author_of_slug(self, slug: str) -> UserId | None:
        """Return the author of the roadmap with the slug."""
        found: UserId | None = await self._connection.value(_AUTHOR, slug=slug)
        return found

    async def by_ids(self, ids: list[RoadmapId], *, viewer_id: UserId | None) -> list[Roadmap | None]:
        """Return one slot per id, in their order."""
        return by_key(ids, await self._connection.all(_BY_IDS, ids=ids, viewer_id=viewer_id), lambda r: r.id)

    async def rows_by_ids(
        self, ids: list[RoadmapId], columns: Columns, *, viewer_id: UserId | None
    ) -> list[Row | None]:
        """Return one slot per id, in their order, with these columns after the id."""
        found = await _ROWS_BY_IDS.read(self._connection, columns, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, FIRST)

    async def by_slug(self, slug: str, *, viewer_id: UserId | None) -> Roadmap | None:
        """Return the roadmap with the slug."""
        return await self._connection.first(_BY_SLUG, slug=slug, viewer_id=viewer_id)

    async def page(self, window: Window) -> Page[Roadmap]:
        """Return the listed roadmaps, newest first."""
        return await _LISTED.read(self._connection, window)

    async def newest_version(self, roadmap_id: RoadmapId) -> RoadmapVersion | None:
        """Return the version with the highest number."""
        return await self._connection.first(_NEWEST_VERSION, roadmap_id=roadmap_id)

    async def version_of_content(self, slug: str, content_hash: str) -> RoadmapVersion | None:
        """Return the newest version of the roadmap with this slug that has this content."""
        return await self._connection.first(_OF_CONTENT, slug=slug, content_hash=content_hash)

    async def versions_by_ids(
        self, ids: list[RoadmapVersionId], *, viewer_id: UserId | None
    ) -> list[RoadmapVersion | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_VERSIONS_BY_IDS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, lambda version: version.id)

    async def version_rows_by_ids(
        self, ids: list[RoadmapVersionId], columns: Columns, *, viewer_id: UserId | None
    ) -> list[Row | None]:
        """Return one slot per id, in their order, with these columns after the id."""
        found = await _VERSION_ROWS_BY_IDS.read(self._connection, columns, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, FIRST)

    async def versions_of(
        self, roadmap_ids: list[RoadmapId], window: Window, *, viewer_id: UserId | None
    ) -> list[Page[RoadmapVersion]]:
        """Return a page of versions per roadmap, highest number first."""
        return await _VERSIONS_OF.read(self._connection, roadmap_ids, window, viewer_id=viewer_id)

    async def add_version(self, version: RoadmapVersion) -> None:
        """Store a version."""
        await self._connection.run(_ADD_VERSION, **_values(version))

    async def drop_draft(self, version_id: RoadmapVersionId) -> None:
        """Remove a version that is still a draft, with its nodes."""
        await self._connection.run(_DROP_DRAFT, version_id=version_id)
