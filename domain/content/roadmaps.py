"""Roadmaps: paths of nodes with prerequisites, in versions that never change after publication."""

from datetime import datetime
from enum import Enum
from typing import Protocol

from domain.content.quizzes import checked_slug
from domain.entities import entity
from domain.ids import RoadmapId, RoadmapVersionId, UserId
from domain.paging import Page, Window
from domain.rows import Columns, Row


class Visibility(Enum):
    """Who can find a published roadmap."""

    PUBLIC = "PUBLIC"
    UNLISTED = "UNLISTED"
    PRIVATE = "PRIVATE"


class VersionState(Enum):
    """The state of a version; only a draft may change."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ARCHIVED = "ARCHIVED"


@entity
class Roadmap:
    """A roadmap, with title and description of the current version, or of the first draft while there is none."""

    id: RoadmapId
    slug: str
    title: str
    description: str
    author_id: UserId
    visibility: Visibility
    current_version_id: RoadmapVersionId | None
    created_at: datetime
    forked_from_id: RoadmapId | None = None


@entity
class RoadmapVersion:
    """One version of a roadmap.

    `content_hash` is that of the file it was imported from, and empty once it was edited; `revision` grows with every
    edit of a draft. `upstream_version_id` is the version of the origin that this version of a fork has taken in.
    """

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
    revision: int = 1
    upstream_version_id: RoadmapVersionId | None = None


@entity
class Release:
    """A roadmap with its version that was just published or restored."""

    roadmap: Roadmap
    version: RoadmapVersion


class Roadmaps(Protocol):
    """Roadmaps with their versions, nodes and prerequisites.

    `viewer_id` filters rows: a published roadmap that is not private is visible to all, any other to its author and to
    enrolled learners; a draft version to its author.
    """

    async def get_or_create_locked(self, roadmap: Roadmap) -> Roadmap:
        """Store a roadmap, or return the one that has its slug, locked until the commit."""

    async def lock(self, roadmap_id: RoadmapId) -> Roadmap | None:
        """Return a roadmap, locked until the commit; visibility is not checked."""

    async def lock_by_slug(self, slug: str) -> Roadmap | None:
        """Return the roadmap with the slug, locked until the commit; visibility is not checked."""

    async def author_of_slug(self, slug: str) -> UserId | None:
        """Return the author of the roadmap with the slug, or None where the slug is free."""

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
        """Return the version with the highest number, in any state; visibility is not checked."""

    async def version_of_content(self, slug: str, content_hash: str) -> RoadmapVersion | None:
        """Return the newest version of the roadmap with this slug that has this content.

        Visibility is not checked.
        """

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
        """Make a draft, or an archived version, the current one; the one before is archived.

        A version that was published before keeps the moment of that.
        """

    async def archive(self, roadmap_id: RoadmapId) -> Roadmap:
        """Archive the current version, so that the roadmap has none."""

    async def set_visibility(self, roadmap_id: RoadmapId, visibility: Visibility) -> Roadmap:
        """Change who may find a roadmap, also once its draft is published."""

    async def last_archived(self, roadmap_id: RoadmapId) -> RoadmapVersion | None:
        """Return the archived version with the highest number; visibility is not checked."""


async def find(roadmaps: Roadmaps, *, slug: str, viewer_id: UserId | None) -> Roadmap | None:
    """Return the roadmap with the slug, if the viewer may see it; raises InvalidInputError for a malformed slug."""
    return await roadmaps.by_slug(checked_slug(slug, field="slug"), viewer_id=viewer_id)
