"""Nodes of roadmaps and their prerequisites in Postgres."""

from dataclasses import asdict
from operator import attrgetter
from typing import Any

from sqlalchemy import ARRAY, Select, and_, any_, bindparam, select, true

from domain.content.prerequisites import Step
from domain.content.roadmap_nodes import NewGroup, PrerequisiteEdge, PrerequisiteGroup, RoadmapNode
from domain.ids import PrerequisiteGroupId, RoadmapNodeId, RoadmapVersionId, UserId
from domain.rows import Columns, Row
from persistence.column_selection import ColumnSelection
from persistence.content.node_pages import NodePages
from persistence.content.node_rows import add_rows, as_group, as_node, node_row, numbered_per_node
from persistence.content.prerequisites import as_needs, needs_of
from persistence.statements import FIRST, ID, Statement, by_key, columns_for, grouped
from persistence.tables.content.roadmap_visibility import is_public_version, visible_version
from persistence.tables.content.roadmaps import (
    node_lineages,
    origins,
    prerequisite_groups,
    prerequisite_members,
    roadmap_nodes,
    roadmap_versions,
    roadmaps,
)

_ids = bindparam("ids", type_=ARRAY(ID))
_columns = columns_for(RoadmapNode, roadmap_nodes)
_placed = roadmap_nodes.join(roadmap_versions, roadmap_nodes.c.version_id == roadmap_versions.c.id).join(
    roadmaps, roadmap_versions.c.roadmap_id == roadmaps.c.id
)


def _visible(*columns: Any, of: Any = _placed) -> Select[Any]:
    return select(*columns).select_from(of).where(visible_version())


_ADD_NODES = add_rows(roadmap_nodes)
_ADD_GROUPS = add_rows(prerequisite_groups)
_ADD_MEMBERS = add_rows(prerequisite_members)
_member_lineages = node_lineages.alias("member_lineages")
_OUTLINE = Statement(
    select(
        node_lineages.c.key,
        roadmap_nodes.c.title,
        roadmap_nodes.c.weight,
        roadmap_nodes.c.optional,
        roadmap_nodes.c.quiz_slug,
        origins.c.author_id,
        needs_of(
            _member_lineages.c.key,
            prerequisite_members.join(
                _member_lineages, prerequisite_members.c.lineage_id == _member_lineages.c.id
            ),
        ),
    )
    .select_from(
        roadmap_nodes.join(node_lineages, roadmap_nodes.c.lineage_id == node_lineages.c.id).outerjoin(
            origins, origins.c.id == node_lineages.c.roadmap_id
        )
    )
    .where(roadmap_nodes.c.version_id == bindparam("version_id"))
    .order_by(roadmap_nodes.c.position)
)
_BY_IDS = Statement(_visible(*_columns).where(roadmap_nodes.c.id == any_(_ids)), as_node)
# Whether a version is visible is found once, and not again for each of its nodes.
_allowed = (
    _visible(
        roadmap_versions.c.id,
        is_public_version().label("is_public"),
        of=roadmap_versions.join(roadmaps, roadmap_versions.c.roadmap_id == roadmaps.c.id),
    )
    .where(roadmap_versions.c.id == any_(_ids))
    .cte("allowed")
    .prefix_with("MATERIALIZED")
)
# Each version's nodes are read in order from an index, which costs a third of sorting them all.
_nodes = (
    select(roadmap_nodes)
    .where(roadmap_nodes.c.version_id == _allowed.c.id)
    .order_by(roadmap_nodes.c.position)
    .lateral("nodes")
)
_node_columns = columns_for(RoadmapNode, _nodes)
_of_versions = select(*_node_columns).select_from(_allowed.join(_nodes, true()))
_OF_VERSIONS = Statement(_of_versions, as_node)
_ROWS_OF_VERSIONS = ColumnSelection(
    _of_versions, key=_nodes.c.version_id, columns=[*_node_columns, _allowed.c.is_public]
)
_from = roadmap_nodes.alias("from_nodes")
_group_of = prerequisite_groups.c.node_id == roadmap_nodes.c.id
_member_of = prerequisite_members.c.group_id == prerequisite_groups.c.id
_EDGES_OF = Statement(
    _visible(
        roadmap_nodes.c.version_id,
        _from.c.id,
        roadmap_nodes.c.id,
        of=_placed.join(prerequisite_groups, _group_of)
        .join(prerequisite_members, _member_of)
        .join(
            _from,
            and_(
                _from.c.version_id == roadmap_nodes.c.version_id,
                _from.c.lineage_id == prerequisite_members.c.lineage_id,
            ),
        ),
    )
    .where(roadmap_nodes.c.version_id == any_(_ids))
    .group_by(roadmap_nodes.c.version_id, _from.c.id, roadmap_nodes.c.id)
    .order_by(roadmap_nodes.c.version_id, roadmap_nodes.c.position, _from.c.position)
)
_GROUPS_OF = Statement(
    _visible(
        *columns_for(PrerequisiteGroup, prerequisite_groups), of=_placed.join(prerequisite_groups, _group_of)
    )
    .where(prerequisite_groups.c.node_id == any_(_ids))
    .order_by(prerequisite_groups.c.node_id, prerequisite_groups.c.position),
    as_group,
)
_GROUPS_BY_IDS = Statement(
    _visible(
        *columns_for(PrerequisiteGroup, prerequisite_groups), of=_placed.join(prerequisite_groups, _group_of)
    ).where(prerequisite_groups.c.id == any_(_ids)),
    as_group,
)
_needing = roadmap_nodes.alias("needing")
_OF_GROUPS = Statement(
    _visible(
        prerequisite_groups.c.id,
        *_columns,
        of=_placed.join(prerequisite_members, prerequisite_members.c.lineage_id == roadmap_nodes.c.lineage_id)
        .join(prerequisite_groups, _member_of)
        .join(
            _needing,
            and_(
                _needing.c.id == prerequisite_groups.c.node_id,
                _needing.c.version_id == roadmap_nodes.c.version_id,
            ),
        ),
    )
    .where(prerequisite_groups.c.id == any_(_ids))
    .order_by(prerequisite_groups.c.id, prerequisite_members.c.position)
)


class SqlNodes(NodePages):
    """Nodes in `roadmap_nodes`, prerequisites in `prerequisite_groups` and `prerequisite_members`."""

    async def add(self, nodes: list[RoadmapNode], groups: list[NewGroup]) -> None:
        """Store nodes, groups and members, in one statement each."""
        await self._connection.run(_ADD_NODES, rows=[node_row(node) for node in nodes])
        await self._connection.run(
            _ADD_GROUPS,
            rows=[
                asdict(new.group) | {"mode": new.group.mode.value, "position": place}
                for place, new in numbered_per_node(groups)
            ],
        )
        await self._connection.run(
            _ADD_MEMBERS,
            rows=[
                {"group_id": new.group.id, "lineage_id": member, "position": place}
                for new in groups
                for place, member in enumerate(new.members)
            ],
        )

    async def outline(self, version_id: RoadmapVersionId) -> list[Step]:
        """Return the steps of a version by the keys of their lineages."""
        rows = await self._connection.rows(_OUTLINE, version_id=version_id)
        return [
            Step(
                key=key,
                title=title,
                weight=weight,
                optional=optional,
                quiz_slug=quiz,
                needs=as_needs(needs),
                author_id=author_id,
            )
            for key, title, weight, optional, quiz, author_id, needs in rows
        ]

    async def by_ids(self, ids: list[RoadmapNodeId], *, viewer_id: UserId | None) -> list[RoadmapNode | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, lambda node: node.id)

    async def of_versions(
        self, ids: list[RoadmapVersionId], *, viewer_id: UserId | None
    ) -> list[list[RoadmapNode]]:
        """Return the nodes of each version, in the author's order."""
        found = await self._connection.all(_OF_VERSIONS, ids=ids, viewer_id=viewer_id)
        return grouped(ids, found, attrgetter("version_id"))

    async def rows_of_versions(
        self, ids: list[RoadmapVersionId], columns: Columns, *, viewer_id: UserId | None
    ) -> list[list[Row]]:
        """Return the nodes of each version, in the author's order, with these columns after the version's id.

        The column `is_public` tells whether every caller may see the version.
        """
        found = await _ROWS_OF_VERSIONS.read(self._connection, columns, ids=ids, viewer_id=viewer_id)
        return grouped(ids, found, FIRST)

    async def edges_of(
        self, ids: list[RoadmapVersionId], *, viewer_id: UserId | None
    ) -> list[list[PrerequisiteEdge]]:
        """Return the edges of each version, in the order of the nodes that they lead to."""
        found = await self._connection.rows(_EDGES_OF, ids=ids, viewer_id=viewer_id)
        rows = grouped(ids, found, lambda row: row[0])
        return [
            [PrerequisiteEdge(from_id=from_id, to_id=to_id) for _, from_id, to_id in edges] for edges in rows
        ]

    async def groups_of(
        self, ids: list[RoadmapNodeId], *, viewer_id: UserId | None
    ) -> list[list[PrerequisiteGroup]]:
        """Return the prerequisite groups of each node, in the author's order."""
        found = await self._connection.all(_GROUPS_OF, ids=ids, viewer_id=viewer_id)
        return grouped(ids, found, lambda group: group.node_id)

    async def groups_by_ids(
        self, ids: list[PrerequisiteGroupId], *, viewer_id: UserId | None
    ) -> list[PrerequisiteGroup | None]:
        """Return one slot per id, in their order."""
        found = await self._connection.all(_GROUPS_BY_IDS, ids=ids, viewer_id=viewer_id)
        return by_key(ids, found, lambda group: group.id)

    async def of_groups(
        self, ids: list[PrerequisiteGroupId], *, viewer_id: UserId | None
    ) -> list[list[RoadmapNode]]:
        """Return the nodes of each group, in the author's order."""
        found = await self._connection.rows(_OF_GROUPS, ids=ids, viewer_id=viewer_id)
        return [
            [as_node(*columns) for _, *columns in rows] for rows in grouped(ids, found, lambda row: row[0])
        ]
