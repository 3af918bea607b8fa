"""Publishing and withdrawing roadmaps: what may go out, and who may send it."""

from datetime import datetime

from domain.errors import DomainError, ForbiddenError, NotFoundError
from domain.ids import RoadmapId
from domain.prerequisites import Flaw, flaws
from domain.roadmaps import Nodes, Release, Roadmap, Roadmaps, VersionState
from domain.users import Role, Users, Viewer


class UnsoundRoadmapError(DomainError):
    """The draft has cycles, dangling prerequisites or required nodes out of reach."""

    code = "UNSOUND_ROADMAP"

    def __init__(self, found: list[Flaw]) -> None:
        super().__init__(
            "This roadmap cannot be published: " + "; ".join(flaw.message for flaw in found) + "."
        )
        self.flaws = found


class NothingToPublishError(DomainError):
    """The roadmap has no draft."""

    code = "NOTHING_TO_PUBLISH"


async def publish(
    roadmaps: Roadmaps, nodes: Nodes, users: Users, *, viewer: Viewer, roadmap_id: RoadmapId, now: datetime
) -> Release:
    """Publish the draft of a roadmap of the viewer's own, or of anyone's for an admin.

    Raises UnsoundRoadmapError that names every flaw, NothingToPublishError, NotFoundError or ForbiddenError.
    """
    roadmap = await _managed(roadmaps, users, viewer=viewer, roadmap_id=roadmap_id)
    return await publish_draft(roadmaps, nodes, roadmap, now=now)


async def publish_draft(roadmaps: Roadmaps, nodes: Nodes, roadmap: Roadmap, *, now: datetime) -> Release:
    """Publish the draft of a roadmap that is held; raises UnsoundRoadmapError or NothingToPublishError."""
    draft = await roadmaps.newest_version(roadmap.id)
    if draft is None or draft.state is not VersionState.DRAFT:
        raise NothingToPublishError(
            "This roadmap has no draft; import a changed file first.", field="roadmapId"
        )
    if found := flaws(await nodes.outline(draft.id)):
        raise UnsoundRoadmapError(found)
    return await roadmaps.publish(draft, now=now)


async def archive(roadmaps: Roadmaps, users: Users, *, viewer: Viewer, roadmap_id: RoadmapId) -> Roadmap:
    """Withdraw a roadmap: nobody finds it or enrols any more, and the enrolled go on with their version."""
    await _managed(roadmaps, users, viewer=viewer, roadmap_id=roadmap_id)
    return await roadmaps.archive(roadmap_id)


async def _managed(roadmaps: Roadmaps, users: Users, *, viewer: Viewer, roadmap_id: RoadmapId) -> Roadmap:
    """Return the roadmap, held, when the viewer may publish and archive it."""
    roadmap = await roadmaps.holding(roadmap_id)
    if roadmap is not None and roadmap.author_id == viewer.user_id:
        return roadmap
    if roadmap is not None and Role.ADMIN in (await users.roles_of(viewer.user_id) or []):
        return roadmap
    if (await roadmaps.by_ids([roadmap_id], viewer_id=viewer.user_id))[0] is None:
        raise NotFoundError("There is no such roadmap.", field="roadmapId")
    raise ForbiddenError("Only the author or an admin may do this.", field="roadmapId")
