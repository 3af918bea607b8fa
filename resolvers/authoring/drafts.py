"""Resolvers that create roadmaps, and begin and edit their drafts."""

from collections.abc import Sequence
from typing import Protocol

from domain.authoring import draft_edits, roadmap_creation
from domain.authoring.draft_edits import DraftEdit
from domain.authoring.draft_operations import Operation
from domain.authoring.drafts import Details
from domain.authoring.roadmap_creation import NewRoadmap
from domain.content.roadmaps import Visibility
from domain.ids import RoadmapId, RoadmapVersionId
from resolvers.context import Context


class GivenOperation(Protocol):
    """An operation, as a client sends it."""

    def read(self) -> Operation:
        """Return the operation."""


async def create_roadmap(
    context: Context,
    *,
    slug: str,
    title: str,
    idempotency_key: str,
    description: str = "",
    visibility: Visibility = Visibility.PUBLIC,
) -> NewRoadmap:
    """Create a roadmap of the caller's."""
    details = Details(title=title, description=description, visibility=visibility)
    async with context.open_work() as work:
        return await roadmap_creation.create(
            work, context.act(), slug=slug, details=details, key=idempotency_key
        )


async def start_roadmap_draft(context: Context, *, roadmap_id: RoadmapId) -> NewRoadmap:
    """Begin the next draft of a roadmap of the caller's."""
    async with context.open_work() as work:
        return await roadmap_creation.start_draft(work, context.act(), roadmap_id=roadmap_id)


async def edit_roadmap_draft(
    context: Context,
    *,
    version_id: RoadmapVersionId,
    revision: int,
    operations: Sequence[GivenOperation],
) -> DraftEdit:
    """Edit a draft of the caller's."""
    async with context.open_work() as work:
        return await draft_edits.edit(
            work,
            context.act(),
            version_id=version_id,
            revision=revision,
            operations=[each.read() for each in operations],
        )
