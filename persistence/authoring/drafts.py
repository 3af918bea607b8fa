"""Drafts of roadmaps in Postgres: an edit reads and writes the rows of the nodes that it changes."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.authoring.drafts import DraftChanges, DraftNode, NodePlace
from domain.content.questions import Difficulty
from domain.content.roadmap_nodes import EvidenceRule, NodeKind, RoadmapResource
from domain.content.roadmaps import RoadmapVersion, VersionState
from domain.errors import NotFoundError
from domain.ids import RoadmapNodeId, RoadmapVersionId
from persistence.content.node_rows import node_row, rows_of
from persistence.content.prerequisites import as_needs, needs_of
from persistence.content.roadmap_nodes import SqlNodes
from persistence.content.roadmap_rows import as_version, version_columns
from persistence.database import SqlConnection
from persistence.statements import ID, Statement
from persistence.tables.content.roadmaps import (
    node_lineages,
    prerequisite_groups,
    prerequisite_members,
    roadmap_nodes,
    roadmap_versions,
)

_of_version = roadmap_nodes.c.version_id == bindparam("version_id", type_=ID)
_with_key = roadmap_nodes.join(node_lineages, roadmap_nodes.c.lineage_id == node_lineages.c.id)
_PLACES = Statement(
    select(node_lineages.c.key, roadmap_nodes.c.id, roadmap_nodes.c.lineage_id, roadmap_nodes.c.position)
    .select_from(_with_key)
    .where(_of_version)
    .order_by(roadmap_nodes.c.position),
    NodePlace,
)
_member = node_lineages.alias("member_lineages")
_needs = needs_of(
    _member.c.key, prerequisite_members.join(_member, prerequisite_members.c.lineage_id == _member.c.id)
)
_contents = (
    select(
        node_lineages.c.key,
        roadmap_nodes.c.title,
        roadmap_nodes.c.description,
        roadmap_nodes.c.kind,
        roadmap_nodes.c.weight,
        roadmap_nodes.c.optional,
        roadmap_nodes.c.difficulty,
        roadmap_nodes.c.minutes,
        roadmap_nodes.c.resources,
        roadmap_nodes.c.quiz_slug,
        roadmap_nodes.c.evidence_rule,
        _needs,
    )
    .select_from(_with_key)
    .order_by(roadmap_nodes.c.position)
)
_nodes = _contents.where(_of_version)


def _node(
    key: str,
    title: str,
    description: str,
    kind: str,
    weight: int,
    optional: bool,
    difficulty: str | None,
    minutes: int | None,
    resources: list[dict[str, str]],
    quiz: str | None,
    evidence: str | None,
    needs: Any,
) -> DraftNode:
    return DraftNode(
        key=key,
        title=title,
        description=description,
        kind=NodeKind(kind),
        weight=weight,
        optional=optional,
        difficulty=None if difficulty is None else Difficulty(difficulty),
        minutes=minutes,
        resources=tuple(RoadmapResource(**each) for each in resources),
        quiz=quiz,
        evidence=None if evidence is None else EvidenceRule(evidence),
        needs=tuple(as_needs(needs)),
    )


_ALL_NODES = Statement(_nodes, _node)
_SOME_NODES = Statement(_nodes.where(node_lineages.c.key == any_(bindparam("keys", type_=ARRAY(ID)))), _node)
_CONTENTS = Statement(
    _contents.add_columns(roadmap_nodes.c.version_id, roadmap_nodes.c.id).where(
        roadmap_nodes.c.version_id == any_(bindparam("ids", type_=ARRAY(ID)))
    )
)
_EDGES = Statement(
    select(func.count())
    .select_from(prerequisite_members.join(prerequisite_groups).join(roadmap_nodes))
    .where(_of_version)
)
_REMOVE = Statement(
    delete(roadmap_nodes).where(roadmap_nodes.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
)
_sent = rows_of(roadmap_nodes)
_written = insert(roadmap_nodes).from_select(
    [c.name for c in roadmap_nodes.c], select(*(_sent.c[c.name] for c in roadmap_nodes.c))
)
_WRITE = Statement(
    _written.on_conflict_do_update(
        index_elements=["id"],
        set_={
            c.name: _written.excluded[c.name]
            for c in roadmap_nodes.c
            if c.name not in {"id", "version_id", "lineage_id"}
        },
    )
)
_moved = (
    func.unnest(bindparam("ids", type_=ARRAY(ID)), bindparam("positions", type_=ARRAY(BigInteger)))
    .table_valued("id", "position", name="moved")
    .render_derived()
)
_MOVE = Statement(
    update(roadmap_nodes).where(roadmap_nodes.c.id == _moved.c.id).values(position=_moved.c.position)
)
_UNGROUP = Statement(
    delete(prerequisite_groups).where(
        prerequisite_groups.c.node_id == any_(bindparam("ids", type_=ARRAY(ID)))
    )
)
_REVISE = Statement(
    update(roadmap_versions)
    .where(roadmap_versions.c.id == bindparam("version_id"))
    .where(roadmap_versions.c.state == VersionState.DRAFT.value)
    .values(
        {name: bindparam(f"new_{name}") for name in ("title", "description", "visibility")}
        | {"upstream_version_id": bindparam("new_upstream_version_id", type_=ID)}
        | {"content_hash": "", "revision": roadmap_versions.c.revision + 1}
    )
    .returning(*version_columns),
    as_version,
)


class SqlDrafts:
    """Drafts in the tables of roadmaps."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def places(self, version_id: RoadmapVersionId) -> list[NodePlace]:
        """Return where each node of a version is, in order."""
        return await self._connection.all(_PLACES, version_id=version_id)

    async def nodes(self, version_id: RoadmapVersionId, keys: Collection[str] | None) -> list[DraftNode]:
        """Return the nodes of a version with these keys, or all, in order."""
        if keys is None:
            return await self._connection.all(_ALL_NODES, version_id=version_id)
        return await self._connection.all(_SOME_NODES, version_id=version_id, keys=list(keys))

    async def contents(
        self, ids: Sequence[RoadmapVersionId]
    ) -> list[dict[str, tuple[RoadmapNodeId, DraftNode]]]:
        """Return all nodes of each version by their keys, in order, with their ids."""
        found: dict[RoadmapVersionId, dict[str, tuple[RoadmapNodeId, DraftNode]]] = {id_: {} for id_ in ids}
        for *columns, version_id, node_id in await self._connection.rows(_CONTENTS, ids=list(found)):
            node = _node(*columns)
            found[version_id][node.key] = node_id, node
        return [found[id_] for id_ in ids]

    async def edges(self, version_id: RoadmapVersionId) -> int:
        """Return how many prerequisites the nodes of a version name."""
        return int(await self._connection.value(_EDGES, version_id=version_id))

    async def write(self, version: RoadmapVersion, changes: DraftChanges) -> RoadmapVersion:
        """Store the rows that changed, in one statement for each kind of change."""
        if changes.removed:
            await self._connection.run(_REMOVE, ids=list(changes.removed))
        if changes.written:
            await self._connection.run(_WRITE, rows=[node_row(node) for node in changes.written])
        if changes.moved:
            await self._connection.run(_MOVE, ids=list(changes.moved), positions=list(changes.moved.values()))
        if changes.regrouped:
            await self._connection.run(_UNGROUP, ids=list(changes.regrouped))
        if changes.groups:
            await SqlNodes(self._connection).add([], list(changes.groups))
        edited = await self._connection.first(
            _REVISE,
            version_id=version.id,
            new_title=version.title,
            new_description=version.description,
            new_visibility=version.visibility.value,
            new_upstream_version_id=version.upstream_version_id,
        )
        if edited is None:
            raise NotFoundError("There is no such draft.", field="versionId")
        return edited
