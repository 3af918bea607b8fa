"""Collaborators: who works on a roadmap beside its author, by invitation."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.ids import CollaboratorId, RoadmapId, UserId
from domain.paging import Page, Window

MOST_COLLABORATORS = 50
"""How many collaborators and open invitations a roadmap has at most."""
OPEN_FOR = timedelta(days=14)
"""How long an invitation can be accepted."""


class CollaboratorRole(Enum):
    """What a collaborator does."""

    CO_AUTHOR = "CO_AUTHOR"
    REVIEWER = "REVIEWER"


@entity
class Collaborator:
    """A user on a roadmap of another; `accepted_at` is None while they are invited.

    `by_email` says that the inviter knew the address and not the handle; whether somebody has it, an open invitation
    does not tell them.
    """

    id: CollaboratorId
    roadmap_id: RoadmapId
    user_id: UserId
    role: CollaboratorRole
    invited_by_id: UserId
    invited_at: datetime
    accepted_at: datetime | None
    by_email: bool
    roadmap_title: str = ""


class Collaborators(Protocol):
    """Collaborators and open invitations.

    `viewer_id` leaves out those of others: a user sees their own, and who works on a roadmap those of it, but open
    invitations by address.
    """

    async def role_of(self, roadmap_id: RoadmapId, user_id: UserId) -> CollaboratorRole | None:
        """Return the role that a user has accepted."""

    async def count(self, roadmap_id: RoadmapId, *, since: datetime) -> int:
        """Return how many collaborators, and invitations since a moment, a roadmap has."""

    async def invite(self, collaborator: Collaborator, *, since: datetime) -> bool:
        """Store an invitation in place of one that is open; tells whether there was none since a moment.

        One who has accepted keeps the role of that, or gets the new one.
        """

    async def accept(
        self, collaborator_id: CollaboratorId, *, user_id: UserId, now: datetime, since: datetime
    ) -> Collaborator | None:
        """Accept an invitation of the user's that was made since a moment; None where there is none."""

    async def remove(self, collaborator_id: CollaboratorId) -> None:
        """Remove a collaborator, or an invitation."""

    async def by_ids(
        self, ids: Sequence[CollaboratorId], *, viewer_id: UserId, since: datetime
    ) -> list[Collaborator | None]:
        """Return one slot per id, in their order; invitations that were made since a moment."""

    async def of_roadmaps(
        self, ids: list[RoadmapId], window: Window, *, viewer_id: UserId | None, since: datetime
    ) -> list[Page[Collaborator]]:
        """Return a page of the collaborators of each roadmap, in the order of their invitations."""

    async def of_user(self, window: Window, *, viewer_id: UserId, since: datetime) -> Page[Collaborator]:
        """Return the viewer's own, the newest first."""
