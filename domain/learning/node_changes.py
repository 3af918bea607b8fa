"""Changes of nodes: which nodes of a learner's paths a change has completed, unlocked and locked."""

from collections.abc import Iterable
from datetime import datetime

from domain.entities import entity
from domain.ids import RoadmapNodeId, UserId
from domain.learning.enrolments import Enrolments, LearnerPath
from domain.learning.progress import NodeState


@entity
class NodeChanges:
    """The nodes that are done, are open, or are locked since a change, and were not before; in path order."""

    completed_ids: tuple[RoadmapNodeId, ...] = ()
    unlocked_ids: tuple[RoadmapNodeId, ...] = ()
    locked_ids: tuple[RoadmapNodeId, ...] = ()


def between(before: LearnerPath, after: LearnerPath) -> NodeChanges:
    """Return the changes from one state of a path to another."""
    earlier, later = before.standings(), after.standings()
    keys = [step.key for step in after.steps]
    changed = [key for key in keys if earlier[key].state is not later[key].state]
    return NodeChanges(
        completed_ids=_ids(key for key in changed if later[key].state is NodeState.DONE),
        unlocked_ids=_ids(key for key in changed if earlier[key].state is NodeState.LOCKED),
        locked_ids=_ids(key for key in changed if later[key].state is NodeState.LOCKED),
    )


async def by_quiz(enrolments: Enrolments, *, user_id: UserId, quiz_slug: str, at: datetime) -> NodeChanges:
    """Return what changed when the learner passed a quiz at a moment, seen from the paths as they are now."""
    done = set(await enrolments.completed_by_quiz(user_id, quiz_slug, at=at))
    if not done:
        return NodeChanges()
    ids = list(dict.fromkeys(enrolment_id for enrolment_id, _ in done))
    total = NodeChanges()
    for path in await enrolments.paths(sorted(ids), viewer_id=user_id):
        if path is not None:
            steps = [step for step in path.steps if (path.enrolment_id, step.key) in done]
            total = _sum(total, between(path.with_state(steps, None), path))
    return total


def _sum(one: NodeChanges, other: NodeChanges) -> NodeChanges:
    return NodeChanges(
        completed_ids=one.completed_ids + other.completed_ids,
        unlocked_ids=one.unlocked_ids + other.unlocked_ids,
        locked_ids=one.locked_ids + other.locked_ids,
    )


def _ids(keys: Iterable[str]) -> tuple[RoadmapNodeId, ...]:
    return tuple(RoadmapNodeId(key) for key in keys)
