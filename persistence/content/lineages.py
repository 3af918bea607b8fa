"""Lineages of nodes in Postgres: what a node is in every version of a roadmap, and in the forks of it."""

from sqlalchemy import ARRAY, Select, any_, bindparam, exists, select, union_all
from sqlalchemy.dialects.postgresql import insert

from domain.ids import LineageId, RoadmapId, RoadmapNodeId, RoadmapVersionId, UserId
from persistence.content.node_rows import rows_of
from persistence.database import SqlConnection
from persistence.statements import ID, Statement
from persistence.tables.content.roadmap_visibility import visible_version
from persistence.tables.content.roadmaps import (
    inherited_lineages,
    node_lineages,
    roadmap_nodes,
    roadmap_versions,
    roadmaps,
)

_sent = rows_of(node_lineages)
_known = node_lineages.alias("known")
_roadmap_id = bindparam("roadmap_id", type_=ID)
_is_inherited = (
    exists()
    .where(inherited_lineages.c.roadmap_id == _sent.c.roadmap_id)
    .where(inherited_lineages.c.lineage_id == _known.c.id)
    .where(_known.c.key == _sent.c.key)
)
_ADD_LINEAGES = Statement(
    insert(node_lineages)
    .from_select(
        ["id", "roadmap_id", "key"],
        select(_sent.c.id, _sent.c.roadmap_id, _sent.c.key).where(~_is_inherited),
    )
    .on_conflict_do_nothing(constraint="node_lineages_roadmap_id_key_key")
)
_own = select(node_lineages.c.key, node_lineages.c.id).where(node_lineages.c.roadmap_id == _roadmap_id)
_inherited = (
    select(node_lineages.c.key, node_lineages.c.id)
    .select_from(inherited_lineages.join(node_lineages))
    .where(inherited_lineages.c.roadmap_id == _roadmap_id)
)
_LINEAGES = Statement(union_all(_own, _inherited))


def _keys(of: Select[tuple[str, str]]) -> Select[tuple[str]]:
    return select(of.subquery().c.key)


_INHERIT = Statement(
    insert(inherited_lineages)
    .from_select(
        ["roadmap_id", "lineage_id"],
        select(_roadmap_id, node_lineages.c.id)
        .select_from(roadmap_nodes.join(node_lineages))
        .where(roadmap_nodes.c.version_id == bindparam("version_id", type_=ID))
        .where(node_lineages.c.key.not_in(_keys(_own)))
        .where(node_lineages.c.key.not_in(_keys(_inherited))),
    )
    .on_conflict_do_nothing()
)
_KEYS = Statement(
    select(roadmap_nodes.c.id, node_lineages.c.key)
    .select_from(
        roadmap_nodes.join(node_lineages, roadmap_nodes.c.lineage_id == node_lineages.c.id)
        .join(roadmap_versions, roadmap_nodes.c.version_id == roadmap_versions.c.id)
        .join(roadmaps, roadmap_versions.c.roadmap_id == roadmaps.c.id)
    )
    .where(roadmap_nodes.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(visible_version())
)


class NodeLineages:
    """The part of the store of nodes that knows their lineages: a roadmap's own, and those that a fork inherits."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lineages(self, roadmap_id: RoadmapId, wanted: dict[str, LineageId]) -> dict[str, LineageId]:
        """Store the lineages whose key is new and return those of the wanted keys."""
        rows = [{"id": id_, "roadmap_id": roadmap_id, "key": key} for key, id_ in wanted.items()]
        await self._connection.run(_ADD_LINEAGES, rows=rows)
        known: dict[str, LineageId] = dict(
            map(tuple, await self._connection.rows(_LINEAGES, roadmap_id=roadmap_id))
        )
        return {key: known[key] for key in wanted}

    async def inherit(self, roadmap_id: RoadmapId, version_id: RoadmapVersionId) -> None:
        """Let a fork go on with the lineages of a version's nodes, except for keys that it has a lineage of."""
        await self._connection.run(_INHERIT, roadmap_id=roadmap_id, version_id=version_id)

    async def keys_of(self, ids: list[RoadmapNodeId], *, viewer_id: UserId | None) -> list[str | None]:
        """Return the key of each node."""
        found = dict(map(tuple, await self._connection.rows(_KEYS, ids=ids, viewer_id=viewer_id)))
        return [found.get(id_) for id_ in ids]
