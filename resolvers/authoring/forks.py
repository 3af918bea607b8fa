"""Resolvers that fork roadmaps, and pull what their origins publish."""

from collections.abc import Sequence
from typing import Protocol

from domain.authoring import forks, pulls
from domain.authoring.draft_edits import DraftEdit
from domain.authoring.pulls import Choice
from domain.authoring.roadmap_creation import NewRoadmap
from domain.authoring.upstream_merges import MergeChoice, MergeField
from domain.ids import RoadmapId, RoadmapVersionId
from resolvers.context import Context


class GivenChoice(Protocol):
    """A choice, as a client sends it."""

    key: str | None
    field: MergeField
    choice: MergeChoice


async def fork_roadmap(
    context: Context, *, roadmap_id: RoadmapId, idempotency_key: str, slug: str | None = None
) -> NewRoadmap:
    """Fork a roadmap that the caller may see."""
    async with context.open_work() as work:
        return await forks.fork(work, context.act(), roadmap_id=roadmap_id, slug=slug, key=idempotency_key)


async def pull_upstream(
    context: Context,
    *,
    version_id: RoadmapVersionId,
    revision: int,
    upstream_version_id: RoadmapVersionId,
    choices: Sequence[GivenChoice] | None = None,
) -> DraftEdit:
    """Merge what the origin of a fork has published into its draft."""
    async with context.open_work() as work:
        return await pulls.pull(
            work,
            context.act(),
            version_id=version_id,
            revision=revision,
            upstream_version_id=upstream_version_id,
            choices=[Choice(key=each.key, field=each.field, choice=each.choice) for each in choices or ()],
        )
