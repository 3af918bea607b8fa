"""Upstreams of forks in Postgres: a fork with the versions that a merge compares, in one statement."""

from sqlalchemy import ARRAY, any_, bindparam, select

from domain.authoring.upstreams import Upstream
from domain.content.roadmaps import RoadmapVersion
from domain.ids import RoadmapId, UserId
from persistence.content.roadmap_rows import as_version
from persistence.database import SqlConnection
from persistence.statements import ID, Statement, by_key, columns_for
from persistence.tables.content.roadmap_visibility import editable_roadmap, visible_roadmap
from persistence.tables.content.roadmaps import roadmap_versions, roadmaps

_forks = roadmaps.alias("forks")
_mine = roadmap_versions.alias("mine")
_base = roadmap_versions.alias("base")
_theirs = roadmap_versions.alias("theirs")
_newer = roadmap_versions.alias("newer")
_WIDTH = len(columns_for(RoadmapVersion, _mine))
_is_newest = (
    ~select(_newer.c.id)
    .where(_newer.c.roadmap_id == _mine.c.roadmap_id, _newer.c.number > _mine.c.number)
    .exists()
)
_OF_ROADMAPS = Statement(
    select(
        _forks.c.id,
        *columns_for(RoadmapVersion, _mine),
        *columns_for(RoadmapVersion, _theirs),
        *columns_for(RoadmapVersion, _base),
    )
    .select_from(
        _forks.join(roadmaps, roadmaps.c.id == _forks.c.forked_from_id)
        .join(_theirs, _theirs.c.id == roadmaps.c.current_version_id)
        .join(_mine, _mine.c.roadmap_id == _forks.c.id)
        .outerjoin(_base, _base.c.id == _mine.c.upstream_version_id)
    )
    .where(_forks.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(_is_newest)
    .where(_mine.c.upstream_version_id.is_distinct_from(_theirs.c.id))
    .where(editable_roadmap(_forks))
    .where(visible_roadmap())
)


class SqlUpstreams:
    """Forks are rows of `roadmaps` that name another; what a version has taken in is a column of it."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def of_roadmaps(self, ids: list[RoadmapId], *, viewer_id: UserId) -> list[Upstream | None]:
        """Return one slot per id, in their order; None where the fork has what its origin has published."""
        found = [
            Upstream(
                roadmap_id=roadmap_id,
                mine=as_version(*columns[:_WIDTH]),
                theirs=as_version(*columns[_WIDTH : 2 * _WIDTH]),
                base=None if columns[2 * _WIDTH] is None else as_version(*columns[2 * _WIDTH :]),
            )
            for roadmap_id, *columns in await self._connection.rows(
                _OF_ROADMAPS, ids=ids, viewer_id=viewer_id
            )
        ]
        return by_key(ids, found, lambda upstream: upstream.roadmap_id)
