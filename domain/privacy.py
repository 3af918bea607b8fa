"""Privacy: who sees which field of a profile, and whether a learner stands on the boards."""

from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.ids import UserId


class ProfileVisibility(Enum):
    """Who sees a field, beside its owner."""

    EVERYONE = "EVERYONE"
    FRIENDS = "FRIENDS"
    NOBODY = "NOBODY"


@entity
class Privacy:
    """What a user decided of their profile; handle, display name, level and XP are always public."""

    user_id: UserId
    avatar_url: ProfileVisibility
    bio: ProfileVisibility
    joined_at: ProfileVisibility
    on_boards: bool


class Privacies(Protocol):
    """What every user decided; the profile's own SQL leaves out what is hidden."""

    async def of_users(self, ids: list[UserId], *, viewer_id: UserId) -> list[Privacy | None]:
        """Return one slot per id; only the viewer's own is filled."""

    async def hold(self, user_id: UserId) -> Privacy | None:
        """Return what the user decided, and hold back every other change until the transaction ends."""

    async def save(self, privacy: Privacy) -> None:
        """Store who sees the fields of the profile."""
