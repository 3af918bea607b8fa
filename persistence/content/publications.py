"""Publications of roadmaps in Postgres: which version is current, and who may find the roadmap."""

from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from domain.content.roadmaps import Release, Roadmap, RoadmapVersion, VersionState, Visibility
from domain.errors import NotFoundError
from domain.ids import RoadmapId
from persistence.content.roadmap_rows import as_roadmap, as_version, roadmap_columns, version_columns
from persistence.database import SqlConnection
from persistence.statements import MOMENT, Statement
from persistence.tables.content.roadmaps import roadmap_versions, roadmaps

_now = bindparam("now", type_=MOMENT)
_first_published_at = func.coalesce(roadmap_versions.c.published_at, _now)
_LAST_ARCHIVED = Statement(
    select(*version_columns)
    .where(roadmap_versions.c.roadmap_id == bindparam("roadmap_id"))
    .where(roadmap_versions.c.state == VersionState.ARCHIVED.value)
    .order_by(roadmap_versions.c.number.desc())
    .limit(1),
    as_version,
)
_ARCHIVE = Statement(
    update(roadmap_versions)
    .where(roadmap_versions.c.roadmap_id == bindparam("of_roadmap"))
    .where(roadmap_versions.c.state == VersionState.PUBLISHED.value)
    .values(state=VersionState.ARCHIVED.value)
)
_PUBLISH = Statement(
    update(roadmap_versions)
    .where(roadmap_versions.c.id == bindparam("version_id"))
    .values(state=VersionState.PUBLISHED.value, published_at=_first_published_at)
    .returning(*version_columns),
    as_version,
)
_MAKE_CURRENT = Statement(
    update(roadmaps)
    .where(roadmaps.c.id == bindparam("roadmap_id"))
    .values({n: bindparam(n) for n in ("title", "description", "visibility", "current_version_id")})
    .returning(*roadmap_columns),
    as_roadmap,
)
_CLEAR_CURRENT = Statement(
    update(roadmaps)
    .where(roadmaps.c.id == bindparam("roadmap_id"))
    .values(current_version_id=None)
    .returning(*roadmap_columns),
    as_roadmap,
)
_SHOW_DRAFT_TO = Statement(
    update(roadmap_versions)
    .where(roadmap_versions.c.roadmap_id == bindparam("of_roadmap"))
    .where(roadmap_versions.c.state == VersionState.DRAFT.value)
    .values(visibility=bindparam("to"))
)
_SHOW_TO = Statement(
    update(roadmaps)
    .where(roadmaps.c.id == bindparam("of_roadmap"))
    .values(visibility=bindparam("to"))
    .returning(*roadmap_columns),
    as_roadmap,
)


class Publications:
    """The part of the store of roadmaps that publishes, archives and hides them."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def last_archived(self, roadmap_id: RoadmapId) -> RoadmapVersion | None:
        """Return the archived version with the highest number."""
        return await self._connection.first(_LAST_ARCHIVED, roadmap_id=roadmap_id)

    async def publish(self, version: RoadmapVersion, *, now: datetime) -> Release:
        """Archive the current version and make this one current; an archived one keeps when it was published."""
        await self._connection.run(_ARCHIVE, of_roadmap=version.roadmap_id)
        published = await self._connection.first(_PUBLISH, version_id=version.id, now=now)
        roadmap = await self._connection.first(
            _MAKE_CURRENT,
            roadmap_id=version.roadmap_id,
            title=version.title,
            description=version.description,
            visibility=version.visibility.value,
            current_version_id=version.id,
        )
        if published is None or roadmap is None:
            raise NotFoundError("There is no such version.")
        return Release(roadmap=roadmap, version=published)

    async def archive(self, roadmap_id: RoadmapId) -> Roadmap:
        """Archive the current version, so that the roadmap has none."""
        await self._connection.run(_ARCHIVE, of_roadmap=roadmap_id)
        roadmap = await self._connection.first(_CLEAR_CURRENT, roadmap_id=roadmap_id)
        if roadmap is None:
            raise NotFoundError("There is no such roadmap.")
        return roadmap

    async def set_visibility(self, roadmap_id: RoadmapId, visibility: Visibility) -> Roadmap:
        """Change who may find a roadmap, also once its draft is published."""
        await self._connection.run(_SHOW_DRAFT_TO, of_roadmap=roadmap_id, to=visibility.value)
        roadmap = await self._connection.first(_SHOW_TO, of_roadmap=roadmap_id, to=visibility.value)
        if roadmap is None:
            raise NotFoundError("There is no such roadmap.")
        return roadmap
