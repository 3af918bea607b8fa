"""Resolvers that invite collaborators, and end collaborations."""

from typing import Protocol

from domain.authoring import collaborations
from domain.content.collaborators import Collaborator, CollaboratorRole
from domain.content.roadmaps import Roadmap
from domain.ids import CollaboratorId, RoadmapId
from domain.paging import Page, Window
from resolvers.context import Context


class GivenInvitee(Protocol):
    """Exactly one of the two is set."""

    handle: str | None
    email: str | None


async def viewer_collaborations(context: Context, *, window: Window) -> Page[Collaborator]:
    """Return a page of the caller's collaborations and invitations."""
    async with context.open_reads() as reads:
        return await reads.collaborators.of_user(
            window, viewer_id=context.user_id, since=collaborations.open_since(context.now())
        )


async def invite_collaborator(
    context: Context, *, roadmap_id: RoadmapId, invitee: GivenInvitee, role: CollaboratorRole
) -> Roadmap:
    """Invite a user to a roadmap of the caller's."""
    handle, email = (value if isinstance(value, str) else None for value in (invitee.handle, invitee.email))
    async with context.open_work() as work:
        return await collaborations.invite(
            work,
            context.act(),
            roadmap_id=roadmap_id,
            handle=handle,
            email=email,
            role=role,
            public_url=context.ports.public_url,
        )


async def accept_invitation(context: Context, *, collaborator_id: CollaboratorId) -> Collaborator:
    """Accept an invitation of the caller's."""
    async with context.open_work() as work:
        return await collaborations.accept(work, context.act(), collaborator_id=collaborator_id)


async def leave_collaboration(context: Context, *, collaborator_id: CollaboratorId) -> Collaborator:
    """End the caller's work on a roadmap, or decline the invitation to it."""
    async with context.open_work() as work:
        return await collaborations.leave(work, context.act(), collaborator_id=collaborator_id)


async def remove_collaborator(context: Context, *, collaborator_id: CollaboratorId) -> Collaborator:
    """Remove a collaborator from a roadmap of the caller's."""
    async with context.open_work() as work:
        return await collaborations.remove(work, context.act(), collaborator_id=collaborator_id)
