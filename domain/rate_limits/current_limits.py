"""Current rate limits: what is left in a caller's buckets, as a client counts it."""

from datetime import datetime
from typing import Protocol

from domain.accounts.users import Viewer
from domain.entities import entity


@entity
class RateBucket:
    """One bucket; it is full again at `reset_at`."""

    name: str
    limit: int
    remaining: int
    reset_at: datetime


@entity
class CostBudget:
    """The cost budget: what the operation was charged, what is left, and what a second restores."""

    requested: int
    available: int
    restore_rate: int


@entity
class RateLimit:
    """The caller's own buckets; `limit`, `remaining` and `reset_at` are those of the bucket `reads`."""

    limit: int
    remaining: int
    reset_at: datetime
    cost: CostBudget
    buckets: list[RateBucket]
    degraded: bool


class RateLimits(Protocol):
    """Reads the rate limits of a caller."""

    async def current(
        self, viewer: Viewer | None, *, address: str | None, requested: int, now: datetime
    ) -> RateLimit:
        """Return the caller's buckets, and spend nothing; `requested` is what the asking operation was charged."""
