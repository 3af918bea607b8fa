"""Roadmaps: paths of nodes with prerequisites, in versions that never change once they are published."""

from datetime import datetime
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.ids import LineageId, PrerequisiteGroupId, RoadmapId, RoadmapNodeId, RoadmapVersionId, UserId
from domain.paging import Page, Window
from domain.prerequisites import PrerequisiteMode, Step
from domain.questions import Difficulty
from domain.quizzes import checked_slug
from domain.rows import Columns, Row


class Visibility(Enum):
    """Who finds a published roadmap."""

    PUBLIC = "PUBLIC"
    UNLISTED = "UNLISTED"
    PRIVATE = "PRIVATE"


class VersionState(Enum):
    """Where a version stands: only a draft may change."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ARCHIVED = "ARCHIVED"


class NodeKind(Enum):
    """What a node asks of the learner."""

    CONCEPT = "CONCEPT"
    EXERCISE = "EXERCISE"
    READING = "READING"
    QUIZ = "QUIZ"
    PROJECT = "PROJECT"


class Completion(Enum):
    """How a node gets done."""

    CHECKBOX = "CHECKBOX"
    QUIZ = "QUIZ"


@entity
class Roadmap:
    """A roadmap, which shows the version published last (`current_version_id`), or without one its first draft."""

    id: RoadmapId
    slug: str
    title: str
    description: str
    author_id: UserId
    visibility: Visibility
    current_version_id: RoadmapVersionId | None
    forked_from_id: RoadmapId | None
    created_at: datetime


@entity
class RoadmapVersion:
    """One version of a roadmap; `content_hash` is that of the file it was imported from."""

    id: RoadmapVersionId
    roadmap_id: RoadmapId
    number: int
    state: VersionState
    title: str
    description: str
    visibility: Visibility
    content_hash: str
    created_at: datetime
    published_at: datetime | None


@entity
class RoadmapResource:
    """Something to read or watch."""

    title: str
    url: str


@entity
class RoadmapNode:
    """A node of one version; its lineage is the same in every version of the roadmap."""

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
    """A prerequisite group about to be stored; its members are lineages, which a draft may lack nodes for."""

    group: PrerequisiteGroup
    members: list[LineageId]


@entity
class Release:
    """A roadmap with its version that was just published or archived."""

    roadmap: Roadmap
    version: RoadmapVersion


class Roadmaps(Protocol):
    """Roadmaps with their versions, nodes and prerequisites.

    `viewer_id` filters rows: a published roadmap that is not private is everyone's, any other is seen by its author
    and by the enrolled alone; a draft version by its author alone.
    """

    async def held(self, roadmap: Roadmap) -> Roadmap:
        """Store a roadmap, or find the one that has its slug; hold back everyone else until the commit."""

    async def holding(self, roadmap_id: RoadmapId) -> Roadmap | None:
        """Return a roadmap, whoever asks, and hold back everyone else until the commit."""

    async def author_of_slug(self, slug: str) -> UserId | None:
        """Return who has the slug, or None where it is free."""

    async def by_ids(self, ids: list[RoadmapId], *, viewer_id: UserId | None) -> list[Roadmap | None]:
        """Return one slot per id, in their order."""

    async def rows_by_ids(
        self, ids: list[RoadmapId], columns: Columns, *, viewer_id: UserId | None
    ) -> list[Row | None]:
        """Return one slot per id, in their order, with these columns after the id."""

    async def by_slug(self, slug: str, *, viewer_id: UserId | None) -> Roadmap | None:
        """Return the roadmap with the slug."""

    async def page(self, window: Window) -> Page[Roadmap]:
        """Return the roadmaps that are published and public, newest first."""

    async def newest_version(self, roadmap_id: RoadmapId) -> RoadmapVersion | None:
        """Return the version with the highest number, whatever its state and whoever asks."""

    async def version_of_content(self, slug: str, content_hash: str) -> RoadmapVersion | None:
        """Return the newest version of the roadmap with this slug that has this content, whoever asks."""

    async def versions_by_ids(
        self, ids: list[RoadmapVersionId], *, viewer_id: UserId | None
    ) -> list[RoadmapVersion | None]:
        """Return one slot per id, in their order."""

    async def version_rows_by_ids(
        self, ids: list[RoadmapVersionId], columns: Columns, *, viewer_id: UserId | None
    ) -> list[Row | None]:
        """Return one slot per id, in their order, with these columns after the id."""

    async def versions_of(
        self, roadmap_ids: list[RoadmapId], window: Window, *, viewer_id: UserId | None
    ) -> list[Page[RoadmapVersion]]:
        """Return a page of versions per roadmap, highest number first."""

    async def add_version(self, version: RoadmapVersion) -> None:
        """Store a version, for now without nodes."""

    async def drop_draft(self, version_id: RoadmapVersionId) -> None:
        """Remove a version that is still a draft, with its nodes."""

    async def publish(self, version: RoadmapVersion, *, now: datetime) -> Release:
        """Make a draft the current version; the one before is archived."""

    async def archive(self, roadmap_id: RoadmapId) -> Roadmap:
        """Archive the current version, so that the roadmap has none."""


class Nodes(Protocol):
    """Nodes with their prerequisites; `viewer_id` filters rows as in `Roadmaps`."""

    async def lineages(self, roadmap_id: RoadmapId, wanted: dict[str, LineageId]) -> dict[str, LineageId]:
        """Return the lineage of each key of a roadmap: the one it has, else the wanted one, which is stored."""

    async def add(self, nodes: list[RoadmapNode], groups: list[NewGroup]) -> None:
        """Store the nodes of a draft with their prerequisites."""

    async def outline(self, version_id: RoadmapVersionId) -> list[Step]:
        """Return the steps of a version by the keys of their lineages, in order, whoever asks."""

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

    async def edges_of(
        self, ids: list[RoadmapVersionId], *, viewer_id: UserId | None
    ) -> list[list[PrerequisiteEdge]]:
        """Return the edges of each version, in the order of the nodes that they lead to."""

    async def groups_of(
        self, ids: list[RoadmapNodeId], *, viewer_id: UserId | None
    ) -> list[list[PrerequisiteGroup]]:
        """Return the prerequisite groups of each node, in the author's order."""

    async def of_groups(
        self, ids: list[PrerequisiteGroupId], *, viewer_id: UserId | None
    ) -> list[list[RoadmapNode]]:
        """Return the nodes of each group, in the author's order."""


async def find(roadmaps: Roadmaps, *, slug: str, viewer_id: UserId | None) -> Roadmap | None:
    """Return the roadmap with the slug, if the viewer may see it; raises InvalidInputError for what is no slug."""
    return await roadmaps.by_slug(checked_slug(slug, field="slug"), viewer_id=viewer_id)
