"""Publishing, archiving and restoring roadmaps: which versions may be current, and who decides."""

from dataclasses import replace
from datetime import datetime

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.content import version_diffs
from domain.content.layouts import laid_out
from domain.content.prerequisites import MOST_FLAWS, Flaw, flaws
from domain.content.releases.roadmap_rights import Right, locked
from domain.content.roadmaps import Release, Roadmap, RoadmapVersion, VersionState, Visibility
from domain.content.validation import quiz_flaws
from domain.content.version_diffs import NO_DIFFERENCE
from domain.content.work import ContentWork
from domain.errors import DomainError
from domain.ids import RoadmapId, RoadmapVersionId
from domain.signals import Signal

_MOST_IN_MESSAGE = 20
TOPIC = "roadmaps"
"""The topic of the signal that who may see a roadmap, or its current version, changed; its body is the roadmap's id."""


class UnsoundRoadmapError(DomainError):
    """The draft has cycles, dangling prerequisites, required nodes out of reach or quizzes that cannot be taken."""

    code = "UNSOUND_ROADMAP"

    def __init__(self, found: list[Flaw]) -> None:
        messages = [flaw.message for flaw in found[:_MOST_IN_MESSAGE]]
        if len(found) > len(messages):
            messages.append(f"and {len(found) - len(messages)} more")
        super().__init__("This roadmap cannot be published: " + "; ".join(messages) + ".")
        self.flaws = found[:MOST_FLAWS]


class NothingToPublishError(DomainError):
    """The roadmap has no draft, or one that does not differ from the current version."""

    code = "NOTHING_TO_PUBLISH"


class NothingToRestoreError(DomainError):
    """The roadmap was never published."""

    code = "NOTHING_TO_RESTORE"


async def publish(work: ContentWork, act: Act, *, roadmap_id: RoadmapId) -> Release:
    """Publish the draft of a roadmap of the actor's own, or of any author's for an admin in person.

    Raises UnsoundRoadmapError that names every flaw, NothingToPublishError, NotFoundError or ForbiddenError.
    """
    roadmap = await managed(work, act, roadmap_id)
    draft = await _draft_of(work, roadmap)
    if roadmap.current_version_id is not None:
        await _refuse_equal(work, act, draft, roadmap.current_version_id)
    return await _release(work, roadmap, draft, now=act.now)


async def publish_draft(work: ContentWork, roadmap: Roadmap, *, now: datetime) -> Release:
    """Publish the draft of a locked roadmap; raises UnsoundRoadmapError or NothingToPublishError."""
    return await _release(work, roadmap, await _draft_of(work, roadmap), now=now)


async def _draft_of(work: ContentWork, roadmap: Roadmap) -> RoadmapVersion:
    draft = await work.roadmaps.newest_version(roadmap.id)
    if draft is None or draft.state is not VersionState.DRAFT:
        raise NothingToPublishError(
            "This roadmap has no draft; start one with startRoadmapDraft, or import a changed file.",
            field="roadmapId",
        )
    return draft


async def _release(work: ContentWork, roadmap: Roadmap, draft: RoadmapVersion, *, now: datetime) -> Release:
    await _lay_out(work, roadmap, draft, now=now)
    work.emit(Signal(topic=TOPIC, body=roadmap.id))
    return await work.roadmaps.publish(draft, now=now)


async def _refuse_equal(
    work: ContentWork, act: Act, draft: RoadmapVersion, current_id: RoadmapVersionId
) -> None:
    """Raise NothingToPublishError where learners would see no difference from the current version."""
    (current,) = await work.roadmaps.versions_by_ids([current_id], viewer_id=act.user_id)
    (found,) = await version_diffs.diffs(
        work.roadmaps, work.nodes, work.outlines, [(draft.id, current_id)], viewer_id=act.user_id
    )
    if current is None or found is None or _details(draft) != _details(current) or found != NO_DIFFERENCE:
        return
    raise NothingToPublishError(
        "The draft does not differ from the current version; change it with editRoadmapDraft first.",
        field="roadmapId",
    )


def _details(version: RoadmapVersion) -> tuple[object, ...]:
    return version.title, version.description, version.visibility, version.upstream_version_id


async def change_visibility(
    work: ContentWork, act: Act, *, roadmap_id: RoadmapId, visibility: Visibility
) -> Roadmap:
    """Change who may find a roadmap of the actor's at once, without a new version; enrolled learners keep it.

    Raises NotFoundError or ForbiddenError.
    """
    roadmap = await managed(work, act, roadmap_id)
    if roadmap.visibility is visibility:
        return roadmap
    await audit.record(work.audit, act, AuditAction.ROADMAP_VISIBILITY_CHANGED, target=roadmap.id)
    work.emit(Signal(topic=TOPIC, body=roadmap.id))
    return await work.roadmaps.set_visibility(roadmap.id, visibility)


async def archive(work: ContentWork, act: Act, *, roadmap_id: RoadmapId) -> Roadmap:
    """Archive a roadmap: it is no longer found and takes no enrolments; enrolled learners keep their version.

    Raises NotFoundError or ForbiddenError.
    """
    return await archive_as_operator(work, act, await managed(work, act, roadmap_id))


async def archive_as_operator(work: ContentWork, act: Act, roadmap: Roadmap) -> Roadmap:
    """Archive a locked roadmap, whoever is its author; one without a current version does not change."""
    if roadmap.current_version_id is None:
        return roadmap
    await audit.record(work.audit, act, AuditAction.ROADMAP_ARCHIVED, target=roadmap.id)
    work.emit(Signal(topic=TOPIC, body=roadmap.id))
    return await work.roadmaps.archive(roadmap.id)


async def restore(work: ContentWork, act: Act, *, roadmap_id: RoadmapId) -> Roadmap:
    """Undo archiving: the version that was archived last is the current one again.

    A roadmap that has a current version does not change. Raises NothingToRestoreError, UnsoundRoadmapError where a
    quiz of the version can no longer be taken, NotFoundError or ForbiddenError.
    """
    return await restore_as_operator(work, act, await managed(work, act, roadmap_id))


async def restore_as_operator(work: ContentWork, act: Act, roadmap: Roadmap) -> Roadmap:
    """Undo archiving a locked roadmap, whoever is its author; raises NothingToRestoreError or UnsoundRoadmapError."""
    if roadmap.current_version_id is not None:
        return roadmap
    version = await work.roadmaps.last_archived(roadmap.id)
    if version is None:
        raise NothingToRestoreError("This roadmap was never published; publish its draft.", field="roadmapId")
    await _lay_out(work, roadmap, version, now=act.now)
    await audit.record(work.audit, act, AuditAction.ROADMAP_RESTORED, target=roadmap.id)
    work.emit(Signal(topic=TOPIC, body=roadmap.id))
    shown_as_before = replace(version, visibility=roadmap.visibility)
    return (await work.roadmaps.publish(shown_as_before, now=act.now)).roadmap


async def _lay_out(work: ContentWork, roadmap: Roadmap, version: RoadmapVersion, *, now: datetime) -> None:
    """Refuse a version with flaws, and store the layout of one without."""
    steps = await work.nodes.outline(version.id)
    found = flaws(steps) + await quiz_flaws(work.quizzes, steps, author_id=roadmap.author_id, now=now)
    if found:
        raise UnsoundRoadmapError(found)
    await work.layouts.save(version.id, laid_out(steps))


async def managed(work: ContentWork, act: Act, roadmap_id: RoadmapId) -> Roadmap:
    """Return the roadmap, locked, when the actor may publish, archive and restore it."""
    return await locked(work, act, roadmap_id, Right.MANAGE)
