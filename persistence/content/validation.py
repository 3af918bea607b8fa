"""Outlines of roadmap versions in Postgres."""

from sqlalchemy import ARRAY, any_, bindparam, select

from domain.content.prerequisites import Step
from domain.content.validation import Outline
from domain.ids import RoadmapVersionId, UserId
from persistence.content.prerequisites import as_needs, needs_of
from persistence.database import SqlConnection
from persistence.statements import ID, Statement, by_key
from persistence.tables.content.roadmap_visibility import visible_version
from persistence.tables.content.roadmaps import (
    node_lineages,
    origins,
    prerequisite_members,
    roadmap_nodes,
    roadmap_versions,
    roadmaps,
)

_member = node_lineages.alias("member_lineages")
_OUTLINES = Statement(
    select(
        roadmap_versions.c.id,
        roadmaps.c.author_id,
        node_lineages.c.key,
        roadmap_nodes.c.title,
        roadmap_nodes.c.weight,
        roadmap_nodes.c.optional,
        roadmap_nodes.c.quiz_slug,
        origins.c.author_id,
        needs_of(
            _member.c.key,
            prerequisite_members.join(_member, prerequisite_members.c.lineage_id == _member.c.id),
        ),
    )
    .select_from(
        roadmap_versions.join(roadmaps, roadmap_versions.c.roadmap_id == roadmaps.c.id)
        .outerjoin(roadmap_nodes, roadmap_nodes.c.version_id == roadmap_versions.c.id)
        .outerjoin(node_lineages, node_lineages.c.id == roadmap_nodes.c.lineage_id)
        .outerjoin(origins, origins.c.id == node_lineages.c.roadmap_id)
    )
    .where(roadmap_versions.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(visible_version())
    .order_by(roadmap_versions.c.id, roadmap_nodes.c.position)
)


class SqlOutlines:
    """Outlines from the tables of roadmaps; a version without nodes has an outline too."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def of_versions(
        self, ids: list[RoadmapVersionId], *, viewer_id: UserId | None
    ) -> list[Outline | None]:
        """Return one slot per id, in their order."""
        found: dict[RoadmapVersionId, Outline] = {}
        for version_id, author_id, key, *values, needs in await self._connection.rows(
            _OUTLINES, ids=ids, viewer_id=viewer_id
        ):
            outline = found.setdefault(
                version_id, Outline(version_id=version_id, author_id=author_id, steps=[])
            )
            if key is not None:
                title, weight, optional, quiz_slug, written_by = values
                outline.steps.append(
                    Step(
                        key=key,
                        title=title,
                        weight=weight,
                        optional=optional,
                        quiz_slug=quiz_slug,
                        needs=as_needs(needs),
                        author_id=written_by,
                    )
                )
        return by_key(ids, list(found.values()), lambda outline: outline.version_id)
