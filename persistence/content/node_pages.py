"""Pages of the nodes of a version, and the keys of their lineages, in Postgres."""

from sqlalchemy import ARRAY, any_, bindparam, select

from domain.content.roadmap_nodes import RoadmapNode
from domain.ids import LineageId, RoadmapVersionId, UserId
from domain.paging import Page, Window
from persistence.content.node_rows import as_node
from persistence.database import SqlConnection
from persistence.paging import PagesPerKey, parent_key
from persistence.statements import ID, Statement, columns_for
from persistence.tables.content.roadmaps import (
    node_lineages,
    roadmap_nodes,
    roadmap_versions,
    roadmaps,
    visible_roadmap,
    visible_version,
)

_PAGES = PagesPerKey(
    select(*columns_for(RoadmapNode, roadmap_nodes))
    .where(roadmap_nodes.c.version_id == parent_key)
    .where(
        select(roadmap_versions.c.id)
        .select_from(roadmap_versions.join(roadmaps, roadmap_versions.c.roadmap_id == roadmaps.c.id))
        .where(roadmap_versions.c.id == parent_key)
        .where(visible_version())
        .exists()
    ),
    order=[roadmap_nodes.c.position],
    make=as_node,
    key_of=lambda node: (node.position,),
    name="roadmap_nodes",
)
_KEYS = Statement(
    select(node_lineages.c.id, node_lineages.c.key)
    .select_from(node_lineages.join(roadmaps, node_lineages.c.roadmap_id == roadmaps.c.id))
    .where(node_lineages.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(visible_roadmap())
)


class NodePages:
    """The part of the store of nodes that pages through them."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def pages_of(
        self, ids: list[RoadmapVersionId], window: Window, *, viewer_id: UserId | None
    ) -> list[Page[RoadmapNode]]:
        """Return a page of the nodes of each version, in the author's order."""
        return await _PAGES.read(self._connection, ids, window, viewer_id=viewer_id)

    async def keys_of(self, ids: list[LineageId], *, viewer_id: UserId | None) -> list[str | None]:
        """Return the key of each lineage."""
        found = dict(map(tuple, await self._connection.rows(_KEYS, ids=ids, viewer_id=viewer_id)))
        return [found.get(id_) for id_ in ids]
