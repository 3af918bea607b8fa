"""Rights on roadmaps: who may edit, review and manage one. Every check of authoring is this one."""

from enum import Enum

from domain.acts import Act
from domain.content.collaborators import CollaboratorRole
from domain.content.releases.ownership import may_change
from domain.content.roadmaps import Roadmap
from domain.content.work import ContentWork
from domain.errors import ForbiddenError, NotFoundError
from domain.ids import RoadmapId


class Right(Enum):
    """What somebody may do with a roadmap: write drafts, review evidence, or publish, archive, share and invite."""

    EDIT = "EDIT"
    REVIEW = "REVIEW"
    MANAGE = "MANAGE"


_OF_ROLES = {
    CollaboratorRole.CO_AUTHOR: {Right.EDIT, Right.REVIEW},
    CollaboratorRole.REVIEWER: {Right.REVIEW},
}
_REFUSALS = {
    Right.EDIT: "Only the author and co-authors may edit a roadmap; an API key edits its owner's alone.",
    Right.REVIEW: "Only the author and collaborators may review evidence; an API key reviews for its owner's alone.",
    Right.MANAGE: "Only the author, or an admin without an API key, may do this.",
}


async def may(work: ContentWork, act: Act, roadmap: Roadmap, right: Right) -> bool:
    """Tell whether the actor has a right on a roadmap.

    The author has every right, and an admin in person that to manage. An API key has no rights on what others wrote.
    """
    if right is Right.MANAGE:
        return await may_change(work, act, author_id=roadmap.author_id)
    if roadmap.author_id == act.user_id:
        return True
    role = None if act.by_key else await work.collaborators.role_of(roadmap.id, act.user_id)
    return role is not None and right in _OF_ROLES[role]


def refusal_of(right: Right) -> str:
    """Return the sentence for who has not the right."""
    return _REFUSALS[right]


async def locked(work: ContentWork, act: Act, roadmap_id: RoadmapId, right: Right) -> Roadmap:
    """Return a roadmap on which the actor has the right, locked; raises NotFoundError or ForbiddenError."""
    roadmap = await work.roadmaps.lock(roadmap_id)
    if roadmap is not None and await may(work, act, roadmap, right):
        return roadmap
    if (await work.roadmaps.by_ids([roadmap_id], viewer_id=act.user_id))[0] is None:
        raise NotFoundError("There is no such roadmap.", field="roadmapId")
    raise ForbiddenError(refusal_of(right), field="roadmapId")
