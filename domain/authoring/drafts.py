"""Drafts of roadmaps while they are edited: the order of the nodes, and the nodes that an edit touches."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

from domain.content.prerequisites import Needs
from domain.content.questions import Difficulty
from domain.content.roadmap_nodes import (
    Completion,
    EvidenceRule,
    NewGroup,
    NodeKind,
    RoadmapNode,
    RoadmapResource,
)
from domain.content.roadmaps import RoadmapVersion, Visibility
from domain.entities import entity
from domain.errors import DomainError, VersionConflictError
from domain.ids import LineageId, RoadmapNodeId, RoadmapVersionId

MOST_NEEDED = 200
"""How many nodes one group of prerequisites names at most."""


class NotADraftError(DomainError):
    """A published version never changes; a draft takes its place."""

    code = "NOT_A_DRAFT"


class DraftConflictError(VersionConflictError):
    """The draft was edited since the client read it; `current_id` is that of the draft."""


@entity
class DraftNode:
    """A node as its author writes it; nodes name each other by key."""

    key: str
    title: str
    description: str = ""
    kind: NodeKind = NodeKind.CONCEPT
    weight: int = 1
    optional: bool = False
    difficulty: Difficulty | None = None
    minutes: int | None = None
    resources: tuple[RoadmapResource, ...] = ()
    quiz: str | None = None
    needs: tuple[Needs, ...] = ()
    evidence: EvidenceRule | None = None

    @property
    def completion(self) -> Completion:
        """What completes it."""
        if self.quiz is not None:
            return Completion.QUIZ
        return Completion.CHECKBOX if self.evidence is None else Completion.EVIDENCE

    @property
    def completed_by(self) -> tuple[str | None, EvidenceRule | None]:
        """The quiz and the rule for evidence, of which at most one is set."""
        return self.quiz, self.evidence


@entity
class Details:
    """What the author writes about the roadmap as a whole."""

    title: str
    description: str
    visibility: Visibility


class Draft:
    """A draft under the hands of its author.

    `order` has the keys of all nodes; `nodes` those that an edit reads or changes. `placed` are the keys of nodes that
    were added or moved. `upstream` is the version of the origin that the draft of a fork has taken in.
    """

    def __init__(
        self,
        details: Details,
        order: Sequence[str],
        nodes: dict[str, DraftNode],
        *,
        upstream: RoadmapVersionId | None = None,
    ) -> None:
        self.details = details
        self.upstream = upstream
        self.order = list(order)
        self.nodes = dict(nodes)
        self.placed: set[str] = set()
        self._keys = set(order)

    def __contains__(self, key: str) -> bool:
        """Tell whether the draft has a node with the key."""
        return key in self._keys

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.order)

    def before(self, key: str) -> str | None:
        """Return the key of the node before this one; None for the first."""
        place = self.order.index(key)
        return self.order[place - 1] if place else None

    def put(self, node: DraftNode) -> None:
        """Take a changed node in place of the one with its key."""
        self.nodes[node.key] = node

    def insert(self, node: DraftNode, *, after: str | None) -> None:
        """Add a node behind another one; None puts it first."""
        self.nodes[node.key] = node
        self._keys.add(node.key)
        self._place(node.key, after)

    def move(self, key: str, *, after: str | None) -> None:
        """Put a node behind another one; None puts it first."""
        self.order.remove(key)
        self._place(key, after)

    def take_out(self, key: str) -> DraftNode:
        """Remove a node and return it; prerequisites that name it stay, and dangle."""
        self.order.remove(key)
        self._keys.discard(key)
        self.placed.discard(key)
        return self.nodes.pop(key)

    def _place(self, key: str, after: str | None) -> None:
        self.order.insert(0 if after is None else self.order.index(after) + 1, key)
        self.placed.add(key)


@entity
class NodePlace:
    """Where a node of a draft is stored."""

    key: str
    id: RoadmapNodeId
    lineage_id: LineageId
    position: int


@entity
class DraftChanges:
    """What an edit writes: rows of the nodes that it changes, and of no others.

    `groups` are all groups of the nodes `regrouped`; `moved` are the new positions of nodes that are not `written`.
    """

    removed: Sequence[RoadmapNodeId]
    written: Sequence[RoadmapNode]
    regrouped: Sequence[RoadmapNodeId]
    groups: Sequence[NewGroup]
    moved: dict[RoadmapNodeId, int]

    @property
    def are_any(self) -> bool:
        """Whether there is a row to write."""
        return any((self.removed, self.written, self.regrouped, self.groups, self.moved))


class Drafts(Protocol):
    """The drafts of roadmaps; their roadmap is locked before, and visibility is not checked."""

    async def places(self, version_id: RoadmapVersionId) -> list[NodePlace]:
        """Return where each node of a version is, in order."""

    async def nodes(self, version_id: RoadmapVersionId, keys: Collection[str] | None) -> list[DraftNode]:
        """Return the nodes of a version with these keys, or all, in order."""

    async def contents(
        self, ids: Sequence[RoadmapVersionId]
    ) -> list[dict[str, tuple[RoadmapNodeId, DraftNode]]]:
        """Return all nodes of each version by their keys, in order, with their ids."""

    async def edges(self, version_id: RoadmapVersionId) -> int:
        """Return how many prerequisites the nodes of a version name."""

    async def write(self, version: RoadmapVersion, changes: DraftChanges) -> RoadmapVersion:
        """Store the changes of an edit, and what the draft is as a whole, as its next revision."""


def details_of(version: RoadmapVersion) -> Details:
    """Return what the author wrote about the roadmap as a whole."""
    return Details(title=version.title, description=version.description, visibility=version.visibility)


def described(version: RoadmapVersion, draft: Draft) -> RoadmapVersion:
    """Return the version as the draft describes it."""
    details = draft.details
    return replace(
        version,
        title=details.title,
        description=details.description,
        visibility=details.visibility,
        upstream_version_id=draft.upstream,
    )


def stored_node(
    node: DraftNode,
    version_id: RoadmapVersionId,
    lineage_id: LineageId,
    *,
    id_: RoadmapNodeId,
    position: int,
) -> RoadmapNode:
    """Return the node as it is stored in a version, without its prerequisites."""
    return RoadmapNode(
        id=id_,
        version_id=version_id,
        lineage_id=lineage_id,
        title=node.title,
        description=node.description,
        kind=node.kind,
        weight=node.weight,
        optional=node.optional,
        difficulty=node.difficulty,
        minutes=node.minutes,
        resources=list(node.resources),
        completion=node.completion,
        quiz_slug=node.quiz,
        position=position,
        evidence_rule=node.evidence,
    )
