"""The store of share links."""

from datetime import datetime
from typing import Protocol

from domain.ids import RoadmapId, UserId


class ShareLinks(Protocol):
    """At most one link for each roadmap, by the digest of its secret, with the users who opened it: its guests."""

    async def replace(self, roadmap_id: RoadmapId, secret_hash: str, *, now: datetime) -> None:
        """Store the link of a roadmap in place of the one before, which loses its guests."""

    async def remove(self, roadmap_id: RoadmapId) -> bool:
        """Remove the link of a roadmap with its guests; tells whether there was one."""

    async def admit(self, secret_hash: str, *, user_id: UserId, now: datetime) -> RoadmapId | None:
        """Make a user a guest of the link with this secret; return its roadmap, None for an unknown secret."""
