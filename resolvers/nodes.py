"""Answers by id alone, whatever kind of object it is."""

from typing import Any

from domain.errors import InvalidInputError
from resolvers import goal_loaders, loaders, roadmap_loaders
from resolvers.batches import Batch, Rows
from resolvers.context import Context

MOST_NODES = 100

BATCHES: dict[str, Batch] = {
    "user": loaders.users_by_id,
    "examtype": loaders.exam_types_by_id,
    "quiz": loaders.quizzes_by_id,
    "attempt": loaders.attempts_by_id,
    "goal": goal_loaders.goals_by_id,
    "roadmap": roadmap_loaders.roadmaps_by_id,
    "roadmapversion": roadmap_loaders.roadmap_versions_by_id,
}
"""How each kind of object that `node` finds is loaded: by the batch of its relation, with the same row rule."""


async def node(context: Context, *, id: str) -> Any:
    """Return the object with this id, or None where the caller may not see it."""
    batch = BATCHES.get(id.partition("_")[0])
    if batch is None:
        kinds = ", ".join(f"{prefix}_" for prefix in sorted(BATCHES))
        raise InvalidInputError(f"id must start with one of {kinds}.", field="id")
    if batch.rows is Rows.VIEWER and context.viewer is None:
        return None
    return await context.load(batch, id)


async def nodes(context: Context, *, ids: list[str]) -> list[Any]:
    """Return one slot per id, in their order; each kind costs one statement."""
    if len(ids) > MOST_NODES:
        raise InvalidInputError(f"ids may hold at most {MOST_NODES}.", field="ids")
    return list(await context.gather(*(node(context, id=one) for one in ids)))
