"""Layouts of nodes in Postgres, beside the nodes."""

from sqlalchemy import ARRAY, Integer, bindparam, func, update
from sqlalchemy.dialects.postgresql import array

from domain.content.layouts import NodeLayout
from domain.ids import RoadmapVersionId
from persistence.database import SqlConnection
from persistence.statements import ID, Statement
from persistence.tables.content.roadmaps import node_lineages, roadmap_nodes

_sent = (
    func.unnest(
        bindparam("keys", type_=ARRAY(ID)),
        bindparam("layers", type_=ARRAY(Integer)),
        bindparam("orders", type_=ARRAY(Integer)),
    )
    .table_valued("key", "layer", "place", name="sent")
    .render_derived()
)
_SAVE = Statement(
    update(roadmap_nodes)
    .where(roadmap_nodes.c.version_id == bindparam("of_version"))
    .where(roadmap_nodes.c.lineage_id == node_lineages.c.id)
    .where(node_lineages.c.key == _sent.c.key)
    .values(layout=array([_sent.c.layer, _sent.c.place]))
)


class SqlLayouts:
    """Layouts in the column `layout` of `roadmap_nodes`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def save(self, version_id: RoadmapVersionId, layouts: dict[str, NodeLayout]) -> None:
        """Store the layout of each node of a version, in one statement."""
        await self._connection.run(
            _SAVE,
            of_version=version_id,
            keys=list(layouts),
            layers=[layout.layer for layout in layouts.values()],
            orders=[layout.order for layout in layouts.values()],
        )
