"""Nodes of a roadmap version, their resources and prerequisites."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Protocol

from domain.content.layouts import NodeLayout
from domain.content.prerequisites import Needs, PrerequisiteMode, Step
from domain.content.questions import Difficulty
from domain.entities import entity
from domain.ids import (
    LineageId,
    PrerequisiteGroupId,
    RoadmapId,
    RoadmapNodeId,
    RoadmapVersionId,
    UserId,
    without_time,
)
from domain.paging import Page, Window
from domain.rows import Columns, Row

MOST_NODES = 5_000
MOST_EDGES = 20_000
MOST_GROUPS = 20
MOST_RESOURCES = 20
"""The limits of one version and of one node."""
HEAVIEST = 100
LONGEST_MINUTES = 10_000
ROOM = 2**20
"""How far the positions of two neighbours are apart at first; later nodes are put between them."""


class NodeKind(Enum):
    """What a node asks of the learner."""

    CONCEPT = "CONCEPT"
    EXERCISE = "EXERCISE"
    READING = "READING"
    QUIZ = "QUIZ"
    PROJECT = "PROJECT"


class Completion(Enum):
    """What completes a node."""

    CHECKBOX = "CHECKBOX"
    QUIZ = "QUIZ"
    EVIDENCE = "EVIDENCE"


class EvidenceRule(Enum):
    """What becomes of the evidence for a node."""

    ACCEPTED_AT_ONCE = "ACCEPTED_AT_ONCE"
    REVIEWED = "REVIEWED"


@entity
class RoadmapResource:
    """Something to read or watch."""

    title: str
    url: str


@entity
class RoadmapNode:
    """A node of one version; its lineage is the same in every version of the roadmap, and in its forks."""

    id: RoadmapNodeId
    version_id: RoadmapVersionId
    lineage_id: LineageId
    title: str
    description: str
    kind: NodeKind
    weight: int
    optional: bool
    difficulty: Difficulty | None
    minutes: int | None
    resources: list[RoadmapResource]
    completion: Completion
    quiz_slug: str | None
    position: int
    evidence_rule: EvidenceRule | None = None
    layout: NodeLayout | None = None


def node_id_of(version_id: RoadmapVersionId, lineage_id: LineageId) -> RoadmapNodeId:
    """Return the id of a lineage's node in a version; a node that is removed and added again has the same one."""
    return RoadmapNodeId(without_time(f"node_{version_id}{lineage_id}"))


def group_id_of(node_id: RoadmapNodeId, place: int) -> PrerequisiteGroupId:
    """Return the id of a node's group of prerequisites by its place among them, from 0."""
    return PrerequisiteGroupId(without_time(f"prerequisite_{node_id}{place}"))


@entity
class PrerequisiteGroup:
    """Some nodes of which all, any or `k` are needed before `node_id` is available."""

    id: PrerequisiteGroupId
    node_id: RoadmapNodeId
    mode: PrerequisiteMode
    k: int | None


@entity
class PrerequisiteEdge:
    """`to_id` has `from_id` among its prerequisites."""

    from_id: RoadmapNodeId
    to_id: RoadmapNodeId


@entity
class NewGroup:
    """A prerequisite group to store; its members are lineages, for which a draft may lack nodes."""

    group: PrerequisiteGroup
    members: list[LineageId]


def new_groups(
    node_id: RoadmapNodeId, needs: Iterable[Needs], lineages: Mapping[str, LineageId]
) -> list[NewGroup]:
    """Return the groups of a node to store; `lineages` has the lineage of each key that they name."""
    return [
        NewGroup(
            group=PrerequisiteGroup(
                id=group_id_of(node_id, place), node_id=node_id, mode=each.mode, k=each.k
            ),
            members=[lineages[key] for key in each.of],
        )
        for place, each in enumerate(needs)
    ]


class Nodes(Protocol):
    """Nodes with their prerequisites; `viewer_id` filters rows as in `Roadmaps`."""

    async def lineages(self, roadmap_id: RoadmapId, wanted: dict[str, LineageId]) -> dict[str, LineageId]:
        """Return the lineage of each key of a roadmap: the existing one, else the wanted one, which is stored."""

    async def inherit(self, roadmap_id: RoadmapId, version_id: RoadmapVersionId) -> None:
        """Let a fork go on with the lineages of a version's nodes, except for keys that it has a lineage of."""

    async def add(self, nodes: list[RoadmapNode], groups: list[NewGroup]) -> None:
        """Store the nodes of a draft with their prerequisites."""

    async def outline(self, version_id: RoadmapVersionId) -> list[Step]:
        """Return the steps of a version by the keys of their lineages, in order; visibility is not checked."""

    async def by_ids(self, ids: list[RoadmapNodeId], *, viewer_id: UserId | None) -> list[RoadmapNode | None]:
        """Return one slot per id, in their order."""

    async def of_versions(
        self, ids: list[RoadmapVersionId], *, viewer_id: UserId | None
    ) -> list[list[RoadmapNode]]:
        """Return the nodes of each version, in the author's order."""

    async def rows_of_versions(
        self, ids: list[RoadmapVersionId], columns: Columns, *, viewer_id: UserId | None
    ) -> list[list[Row]]:
        """Return the nodes of each version, in the author's order, with these columns after the version's id."""

    async def pages_of(
        self, ids: list[RoadmapVersionId], window: Window, *, viewer_id: UserId | None
    ) -> list[Page[RoadmapNode]]:
        """Return a page of the nodes of each version, in the author's order."""

    async def keys_of(self, ids: list[RoadmapNodeId], *, viewer_id: UserId | None) -> list[str | None]:
        """Return the key of each node."""

    async def edges_of(
        self, ids: list[RoadmapVersionId], *, viewer_id: UserId | None
    ) -> list[list[PrerequisiteEdge]]:
        """Return the edges of each version, in the order of the nodes that need them."""

    async def groups_of(
        self, ids: list[RoadmapNodeId], *, viewer_id: UserId | None
    ) -> list[list[PrerequisiteGroup]]:
        """Return the prerequisite groups of each node, in the author's order."""

    async def groups_by_ids(
        self, ids: list[PrerequisiteGroupId], *, viewer_id: UserId | None
    ) -> list[PrerequisiteGroup | None]:
        """Return the groups of visible versions, one slot per id, in their order."""

    async def of_groups(
        self, ids: list[PrerequisiteGroupId], *, viewer_id: UserId | None
    ) -> list[list[RoadmapNode]]:
        """Return the nodes of each group, in the author's order."""
