"""Pages of the nodes of a version, in Postgres."""

from sqlalchemy import select

from domain.content.roadmap_nodes import RoadmapNode
from domain.ids import RoadmapVersionId, UserId
from domain.paging import Page, Window
from persistence.content.lineages import NodeLineages
from persistence.content.node_rows import as_node
from persistence.paging import PagesPerKey, parent_key
from persistence.statements import columns_for
from persistence.tables.content.roadmap_visibility import visible_version
from persistence.tables.content.roadmaps import roadmap_nodes, roadmap_versions, roadmaps

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


class NodePages(NodeLineages):
    """The part of the store of nodes that pages through them."""

    async def pages_of(
        self, ids: list[RoadmapVersionId], window: Window, *, viewer_id: UserId | None
    ) -> list[Page[RoadmapNode]]:
        """Return a page of the nodes of each version, in the author's order."""
        return await _PAGES.read(self._connection, ids, window, viewer_id=viewer_id)
