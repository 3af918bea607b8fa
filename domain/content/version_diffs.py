"""Differences of two versions of a roadmap, node by node: a node is the same in both where its lineage is."""

from bisect import bisect_left
from collections.abc import Sequence

from domain.content.prerequisites import Needs, Step
from domain.content.roadmap_nodes import Nodes, PrerequisiteEdge, RoadmapNode
from domain.content.roadmaps import Roadmaps
from domain.content.validation import Outlines
from domain.entities import entity
from domain.ids import LineageId, RoadmapNodeId, RoadmapVersionId, UserId

_COMPARED = (
    "title",
    "description",
    "kind",
    "weight",
    "optional",
    "difficulty",
    "minutes",
    "resources",
    "completion",
    "quiz_slug",
    "evidence_rule",
)
_AS_IN_THE_SCHEMA = {"quiz_slug": "quizSlug", "evidence_rule": "evidenceRule"}
MOST_FIELDS = len(_COMPARED) + 1


@entity
class NodeDifference:
    """A node that is in both versions, with the names of the fields that differ."""

    before_id: RoadmapNodeId
    after_id: RoadmapNodeId
    fields: list[str]


@entity
class VersionDiff:
    """What a version has that another one lacks, and the other way round.

    Added and moved nodes, and added edges, are those of the version; removed ones those of the other. `moved_ids` is as
    short as it can be: the other common nodes have the same order in both.
    """

    added_ids: tuple[RoadmapNodeId, ...]
    removed_ids: tuple[RoadmapNodeId, ...]
    moved_ids: tuple[RoadmapNodeId, ...]
    changed: list[NodeDifference]
    added_edges: list[PrerequisiteEdge]
    removed_edges: list[PrerequisiteEdge]


NO_DIFFERENCE = VersionDiff(
    added_ids=(), removed_ids=(), moved_ids=(), changed=[], added_edges=[], removed_edges=[]
)
"""The difference of versions with equal nodes and edges."""


@entity
class VersionContent:
    """A version as it is compared: its nodes and their steps by lineage, in order; prerequisites by key."""

    nodes: dict[LineageId, RoadmapNode]
    steps: dict[LineageId, Step]
    lineages: dict[str, LineageId]

    def edges(self) -> dict[tuple[LineageId, LineageId], PrerequisiteEdge]:
        """Return the edges between nodes of the version, by the lineages of their ends."""
        return {
            (self.lineages[key], lineage): PrerequisiteEdge(
                from_id=self.nodes[self.lineages[key]].id, to_id=self.nodes[lineage].id
            )
            for lineage, step in self.steps.items()
            for needs in step.needs
            for key in needs.of
            if key in self.lineages
        }

    def needs(self, lineage: LineageId) -> list[Needs]:
        """Return the prerequisites of a node."""
        return self.steps[lineage].needs


def diff(version: VersionContent, against: VersionContent) -> VersionDiff:
    """Compare a version with another one of its roadmap."""
    common = [lineage for lineage in version.nodes if lineage in against.nodes]
    places = {lineage: place for place, lineage in enumerate(against.nodes)}
    kept = longest_growing([places[lineage] for lineage in common])
    ours, theirs = version.edges(), against.edges()
    return VersionDiff(
        added_ids=tuple(node.id for key, node in version.nodes.items() if key not in against.nodes),
        removed_ids=tuple(node.id for key, node in against.nodes.items() if key not in version.nodes),
        moved_ids=tuple(version.nodes[lineage].id for lineage in common if places[lineage] not in kept),
        changed=[found for lineage in common if (found := _difference(lineage, version, against)).fields],
        added_edges=[edge for ends, edge in ours.items() if ends not in theirs],
        removed_edges=[edge for ends, edge in theirs.items() if ends not in ours],
    )


def _difference(lineage: LineageId, version: VersionContent, against: VersionContent) -> NodeDifference:
    after, before = version.nodes[lineage], against.nodes[lineage]
    fields = [name for name in _COMPARED if getattr(after, name) != getattr(before, name)]
    names = [_AS_IN_THE_SCHEMA.get(name, name) for name in fields]
    if version.needs(lineage) != against.needs(lineage):
        names.append("prerequisites")
    return NodeDifference(before_id=before.id, after_id=after.id, fields=names)


def longest_growing(values: Sequence[int]) -> set[int]:
    """Return a longest growing subsequence of different numbers (patience sorting)."""
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for value in values:
        place = bisect_left(tails, value)
        before[value] = tails[place - 1] if place else None
        tails[place : place + 1] = [value]
    found: set[int] = set()
    last = tails[-1] if tails else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found


async def diffs(
    roadmaps: Roadmaps,
    nodes: Nodes,
    outlines: Outlines,
    pairs: Sequence[tuple[RoadmapVersionId, RoadmapVersionId]],
    *,
    viewer_id: UserId | None,
) -> list[VersionDiff | None]:
    """Compare the first of each pair with the second, in the same statements for any number of pairs.

    None for versions of two roadmaps, and where the viewer may not see both.
    """
    wanted = list(dict.fromkeys(id_ for pair in pairs for id_ in pair))
    versions = await roadmaps.versions_by_ids(wanted, viewer_id=viewer_id)
    of_roadmap = {version.id: version.roadmap_id for version in versions if version is not None}
    listed = await nodes.of_versions(wanted, viewer_id=viewer_id)
    read = await outlines.of_versions(wanted, viewer_id=viewer_id)
    contents = {
        id_: _content(found, outline.steps)
        for id_, found, outline in zip(wanted, listed, read, strict=True)
        if outline is not None
    }
    return [
        diff(contents[id_], contents[against])
        if id_ in of_roadmap and of_roadmap[id_] == of_roadmap.get(against)
        else None
        for id_, against in pairs
    ]


def _content(nodes: list[RoadmapNode], steps: list[Step]) -> VersionContent:
    """Join nodes and steps, which are in the same order."""
    pairs = list(zip(nodes, steps, strict=True))
    return VersionContent(
        nodes={node.lineage_id: node for node, _ in pairs},
        steps={node.lineage_id: step for node, step in pairs},
        lineages={step.key: node.lineage_id for node, step in pairs},
    )
