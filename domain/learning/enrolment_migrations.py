"""Migrations of enrolments to the current version of a roadmap, and leaving a roadmap: nothing that is done is lost."""

from collections.abc import Iterable

from domain.acts import Act
from domain.content.roadmaps import Roadmap
from domain.entities import entity
from domain.errors import DomainError, NotFoundError
from domain.ids import EnrolmentId, RoadmapNodeId, RoadmapVersionId, UserId
from domain.learning.enrolments import Enrolment, Enrolments, LearnerPath, complete_if_done
from domain.learning.progress import NodeState, Progress
from domain.learning.version_pins import Migrations, PathAhead
from domain.learning.work import LearningWork


@entity
class MigrationPreview:
    """What a migration would change; the removed nodes are those of the pinned version, all others of the new one.

    `newly_locked_ids` are nodes that the learner could work on and then can not.
    """

    version_id: RoadmapVersionId
    kept_ids: tuple[RoadmapNodeId, ...]
    new_ids: tuple[RoadmapNodeId, ...]
    removed_ids: tuple[RoadmapNodeId, ...]
    newly_locked_ids: tuple[RoadmapNodeId, ...]
    progress: Progress


class NotTheCurrentVersionError(DomainError):
    """The version is not the current one of the roadmap."""

    code = "NOT_THE_CURRENT_VERSION"


def preview(pinned: LearnerPath, ahead: PathAhead) -> MigrationPreview:
    """Return what a migration would change; the states of nodes go with their lineages."""
    path = ahead.path
    before, after = pinned.standings(), path.standings()
    known = {lineage: key for key, lineage in pinned.lineages.items()}
    common = {key: known[lineage] for key, lineage in path.lineages.items() if lineage in known}
    left = set(path.lineages.values())
    locked = NodeState.LOCKED
    keys = [step.key for step in path.steps]
    return MigrationPreview(
        version_id=ahead.version_id,
        kept_ids=_ids(key for key in keys if key in common),
        new_ids=_ids(key for key in keys if key not in common),
        removed_ids=_ids(step.key for step in pinned.steps if pinned.lineages[step.key] not in left),
        newly_locked_ids=_ids(
            key
            for key in keys
            if key in common and after[key].state is locked and before[common[key]].state is not locked
        ),
        progress=path.progress(),
    )


def _ids(keys: Iterable[str]) -> tuple[RoadmapNodeId, ...]:
    return tuple(RoadmapNodeId(key) for key in keys)


async def previews(
    enrolments: Enrolments, migrations: Migrations, ids: list[EnrolmentId], *, viewer_id: UserId
) -> list[MigrationPreview | None]:
    """Return the preview of each enrolment of the viewer's; None where there is nothing to migrate to."""
    pinned = await enrolments.paths(ids, viewer_id=viewer_id)
    ahead = await migrations.ahead(ids, viewer_id=viewer_id)
    return [
        None if path is None or to is None else preview(path, to)
        for path, to in zip(pinned, ahead, strict=True)
    ]


async def migrate(
    work: LearningWork, act: Act, *, enrolment_id: EnrolmentId, version_id: RoadmapVersionId
) -> Enrolment:
    """Pin an enrolment of the actor's to the current version, which the actor names; again changes nothing.

    Raises NotFoundError or NotTheCurrentVersionError.
    """
    enrolment = await _own(work, act, enrolment_id)
    (ahead,) = await work.migrations.ahead([enrolment_id], viewer_id=act.user_id)
    if ahead is None and enrolment.version_id == version_id:
        return enrolment
    if ahead is None or ahead.version_id != version_id:
        raise NotTheCurrentVersionError(
            "This is not the current version of the roadmap; look at the preview again.", field="versionId"
        )
    moved = await work.migrations.pin(enrolment_id, version_id)
    return await complete_if_done(work.enrolments, moved, ahead.path, now=act.now)


async def leave(work: LearningWork, act: Act, *, enrolment_id: EnrolmentId) -> Roadmap:
    """Leave a roadmap and return it; its progress is kept for when the actor enrols again. Raises NotFoundError."""
    enrolment = await _own(work, act, enrolment_id)
    await work.migrations.leave(enrolment.id, now=act.now)
    (roadmap,) = await work.roadmaps.by_ids([enrolment.roadmap_id], viewer_id=act.user_id)
    if roadmap is None:
        raise NotFoundError("There is no such roadmap.", field="enrolmentId")
    return roadmap


async def _own(work: LearningWork, act: Act, enrolment_id: EnrolmentId) -> Enrolment:
    enrolment = await work.enrolments.lock(enrolment_id, user_id=act.user_id)
    if enrolment is None:
        raise NotFoundError("You have no such enrolment.", field="enrolmentId")
    return enrolment
