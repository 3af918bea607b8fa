"""Profile visibility: who sees which field of a profile, and whether a learner appears on leaderboards."""

from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.ids import UserId


class ProfileVisibility(Enum):
    """Who sees a field besides its owner."""

    EVERYONE = "EVERYONE"
    NOBODY = "NOBODY"


@entity
class Privacy:
    """The visibility settings of a profile; handle, display name, level and XP are always public."""

    user_id: UserId
    avatar_url: ProfileVisibility
    bio: ProfileVisibility
    joined_at: ProfileVisibility
    on_boards: bool


class Privacies(Protocol):
    """Visibility settings of all users; the SQL of profiles itself leaves out hidden fields."""

    async def of_users(self, ids: list[UserId], *, viewer_id: UserId) -> list[Privacy | None]:
        """Return one slot per id; only the viewer's own is filled."""

    async def lock(self, user_id: UserId) -> Privacy | None:
        """Return the user's settings and lock them until the transaction ends."""

    async def save(self, privacy: Privacy) -> None:
        """Store the visibility of the profile fields."""
