"""Migrations of enrolments in Postgres: the version that an enrolment is pinned to is a column."""

from datetime import datetime

from sqlalchemy import ARRAY, any_, bindparam, update

from domain.errors import NotFoundError
from domain.ids import EnrolmentId, RoadmapVersionId, UserId
from domain.learning.enrolments import Enrolment
from domain.learning.version_pins import PathAhead
from persistence.database import SqlConnection
from persistence.learning.enrolments import enrolment_columns
from persistence.learning.learner_paths import as_paths, paths_through
from persistence.statements import ID, MOMENT, Statement, by_key
from persistence.tables.content.roadmaps import enrolments, roadmap_nodes, roadmaps

_AHEAD = Statement(
    paths_through(roadmaps.c.current_version_id)
    .add_columns(roadmap_nodes.c.version_id)
    .where(enrolments.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(roadmaps.c.current_version_id != enrolments.c.version_id)
)
_PIN = Statement(
    update(enrolments)
    .where(enrolments.c.id == bindparam("enrolment_id"))
    .values(version_id=bindparam("to_version"))
    .returning(*enrolment_columns),
    Enrolment,
)
_LEAVE = Statement(
    update(enrolments)
    .where(enrolments.c.id == bindparam("enrolment_id"))
    .values(left_at=bindparam("now", type_=MOMENT))
)


class SqlMigrations:
    """The versions of enrolments in the table `enrolments`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def ahead(self, ids: list[EnrolmentId], *, viewer_id: UserId) -> list[PathAhead | None]:
        """Return the path through the current version of each enrolment that is pinned to another one."""
        rows = await self._connection.rows(_AHEAD, ids=ids, viewer_id=viewer_id)
        versions = {row[0]: row[-1] for row in rows}
        found = [
            PathAhead(version_id=versions[path.enrolment_id], path=path)
            for path in as_paths([row[:-1] for row in rows])
        ]
        return by_key(ids, found, lambda ahead: ahead.path.enrolment_id)

    async def pin(self, enrolment_id: EnrolmentId, version_id: RoadmapVersionId) -> Enrolment:
        """Pin an enrolment to a version of its roadmap."""
        moved = await self._connection.first(_PIN, enrolment_id=enrolment_id, to_version=version_id)
        if moved is None:
            raise NotFoundError("There is no such enrolment.")
        return moved

    async def leave(self, enrolment_id: EnrolmentId, *, now: datetime) -> None:
        """Hide an enrolment until its learner comes back."""
        await self._connection.run(_LEAVE, enrolment_id=enrolment_id, now=now)
