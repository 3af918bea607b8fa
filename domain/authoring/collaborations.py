"""Collaborations: inviting users to work on a roadmap, and ending it, from either side."""

from datetime import datetime

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.accounts.email_addresses import checked_email
from domain.accounts.profile_rules import checked_handle
from domain.acts import Act
from domain.authoring.inviting_work import InvitingWork
from domain.content.collaborators import (
    MOST_COLLABORATORS,
    OPEN_FOR,
    Collaborator,
    CollaboratorRole,
)
from domain.content.releases.roadmap_rights import Right, locked
from domain.content.roadmaps import Roadmap
from domain.content.work import ContentWork
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.ids import CollaboratorId, RoadmapId, UserId
from domain.mail import outbox, roadmap_messages
from domain.mail.messages import Recipient


class TooManyCollaboratorsError(DomainError):
    """The roadmap has as many collaborators and invitations as are allowed."""

    code = "TOO_MANY_COLLABORATORS"


def open_since(now: datetime) -> datetime:
    """Return since when an invitation was made that is still open."""
    return now - OPEN_FOR


async def invite(
    work: InvitingWork,
    act: Act,
    *,
    roadmap_id: RoadmapId,
    handle: str | None,
    email: str | None,
    role: CollaboratorRole,
    public_url: str,
) -> Roadmap:
    """Invite a user, by handle or by verified address, to a roadmap of the actor's; they get a mail.

    Whether an address has an account, the actor does not learn. A collaborator gets the role at once. Raises
    NotFoundError, ForbiddenError, TooManyCollaboratorsError or InvalidInputError.
    """
    handle = None if handle is None else checked_handle(handle, field="invitee")
    email = None if email is None else checked_email(email, field="invitee")
    roadmap = await locked(work, act, roadmap_id, Right.MANAGE)
    since = open_since(act.now)
    if await work.collaborators.count(roadmap.id, since=since) >= MOST_COLLABORATORS:
        raise TooManyCollaboratorsError(
            f"A roadmap has at most {MOST_COLLABORATORS} collaborators and invitations; remove one first.",
            field="roadmapId",
        )
    invitee = await _invitee(work, handle, email)
    if invitee == roadmap.author_id and handle is not None:
        raise InvalidInputError(
            "The author of a roadmap needs no invitation; invite another user.", field="invitee"
        )
    if invitee is None or invitee == roadmap.author_id:
        return roadmap
    is_new = await work.collaborators.invite(
        Collaborator(
            id=CollaboratorId(act.mint("collaborator")),
            roadmap_id=roadmap.id,
            user_id=invitee,
            role=role,
            invited_by_id=act.user_id,
            invited_at=act.now,
            accepted_at=None,
            by_email=handle is None,
        ),
        since=since,
    )
    await audit.record(work.audit, act, AuditAction.COLLABORATOR_INVITED, target=roadmap.id)
    if is_new:
        await _tell(work, act, invitee, public_url=public_url)
    return roadmap


async def accept(work: ContentWork, act: Act, *, collaborator_id: CollaboratorId) -> Collaborator:
    """Accept an invitation of the actor's that is open; raises NotFoundError."""
    found = await work.collaborators.accept(
        collaborator_id, user_id=act.user_id, now=act.now, since=open_since(act.now)
    )
    if found is None:
        raise NotFoundError(
            "You have no such invitation; it may have expired or been taken back.", field="collaboratorId"
        )
    return found


async def leave(work: ContentWork, act: Act, *, collaborator_id: CollaboratorId) -> Collaborator:
    """End the actor's work on a roadmap, or decline the invitation to it; raises NotFoundError."""
    found = await _seen(work, act, collaborator_id)
    if found is None or found.user_id != act.user_id:
        raise NotFoundError(
            "You have no such invitation or collaboration; `viewer.collaborations` lists yours.",
            field="collaboratorId",
        )
    await work.collaborators.remove(found.id)
    return found


async def remove(work: ContentWork, act: Act, *, collaborator_id: CollaboratorId) -> Collaborator:
    """Remove a collaborator of a roadmap of the actor's, or take an invitation back.

    Raises NotFoundError or ForbiddenError.
    """
    found = await _seen(work, act, collaborator_id)
    if found is None:
        raise NotFoundError(
            "The roadmap has no such collaborator; `Roadmap.collaborators` lists those that it has.",
            field="collaboratorId",
        )
    await locked(work, act, found.roadmap_id, Right.MANAGE)
    await work.collaborators.remove(found.id)
    await audit.record(work.audit, act, AuditAction.COLLABORATOR_REMOVED, target=found.roadmap_id)
    return found


async def _seen(work: ContentWork, act: Act, collaborator_id: CollaboratorId) -> Collaborator | None:
    (found,) = await work.collaborators.by_ids(
        [collaborator_id], viewer_id=act.user_id, since=open_since(act.now)
    )
    return found


async def _invitee(work: InvitingWork, handle: str | None, email: str | None) -> UserId | None:
    """Return who has the handle or the verified address; raises NotFoundError for a handle that nobody has."""
    if handle is not None:
        user = await work.users.by_handle(handle)
        if user is None:
            raise NotFoundError("No user has this handle; look it up again.", field="invitee")
        return user.id
    credentials = None if email is None else await work.credentials.by_email(email)
    return credentials.user_id if credentials is not None and credentials.email_verified else None


async def _tell(work: InvitingWork, act: Act, invitee: UserId, *, public_url: str) -> None:
    """Send a mail to the invited user, where their address is verified."""
    account = await work.roles.account(invitee, now=act.now)
    invited, inviter = await work.users.by_ids([invitee, act.user_id])
    if account is None or invited is None or inviter is None or not account.email_verified:
        return
    to = Recipient(email=account.email, handle=invited.handle, public_url=public_url)
    await outbox.post(work, act, roadmap_messages.roadmap_invitation(to, inviter=inviter.handle))
