"""Share links: secrets that let who has them see a private roadmap, until the link is revoked."""

from collections.abc import Callable

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.accounts.link_secrets import digest, new_secret
from domain.acts import Act
from domain.authoring.work import AuthoringWork
from domain.content.releases.publishing import managed
from domain.content.roadmaps import Roadmap
from domain.entities import entity
from domain.errors import DomainError
from domain.ids import RoadmapId

MARK = "qps_"
"""What every secret begins with, so that scanners recognise one that was published by mistake."""


@entity
class IssuedShareLink:
    """A link that was just made, with its secret, which is shown once."""

    roadmap: Roadmap
    secret: str


class InvalidShareLinkError(DomainError):
    """The link is unknown or was revoked, or its roadmap is not published; ask its author for a new one."""

    code = "INVALID_SHARE_LINK"


async def create(
    work: AuthoringWork, act: Act, *, roadmap_id: RoadmapId, randomness: Callable[[int], bytes]
) -> IssuedShareLink:
    """Make the share link of a roadmap of the actor's, in place of the one before, whose guests lose sight of it.

    Raises NotFoundError or ForbiddenError.
    """
    roadmap = await managed(work, act, roadmap_id)
    secret = new_secret(MARK, randomness)
    await work.share_links.replace(roadmap.id, digest(secret), now=act.now)
    await audit.record(work.audit, act, AuditAction.SHARE_LINK_CREATED, target=roadmap.id)
    return IssuedShareLink(roadmap=roadmap, secret=secret)


async def revoke(work: AuthoringWork, act: Act, *, roadmap_id: RoadmapId) -> Roadmap:
    """Revoke the share link of a roadmap: guests who did not enrol lose sight of it. Again changes nothing.

    Raises NotFoundError or ForbiddenError.
    """
    roadmap = await managed(work, act, roadmap_id)
    if await work.share_links.remove(roadmap.id):
        await audit.record(work.audit, act, AuditAction.SHARE_LINK_REVOKED, target=roadmap.id)
    return roadmap


async def open_link(work: AuthoringWork, act: Act, *, secret: str) -> Roadmap:
    """Let the actor see the roadmap of a link while it is valid; raises InvalidShareLinkError."""
    roadmap_id = await work.share_links.admit(digest(secret), user_id=act.user_id, now=act.now)
    (roadmap,) = (
        [None] if roadmap_id is None else await work.roadmaps.by_ids([roadmap_id], viewer_id=act.user_id)
    )
    if roadmap is None:
        raise InvalidShareLinkError(
            "This link is not valid, or no longer; ask the author of the roadmap for a new one.",
            field="secret",
        )
    return roadmap
