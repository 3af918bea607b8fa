"""Ratings of generated content: thumbs up or down with a reason, which its author reads without names."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.entities import entity
from domain.ids import GenerationId, UserId
from domain.paging import Page, Window


@entity
class ContentRating:
    """What a user thinks of something that was generated; `target` is its id."""

    user_id: UserId
    target: str
    generation_id: GenerationId
    is_helpful: bool
    reason: str
    rated_at: datetime


@entity
class GeneratedFeedback:
    """How many users think that a generation is helpful, and how many do not."""

    helpful: int
    unhelpful: int


@entity
class FeedbackReason:
    """A reason that a user gave, without the user; `key` orders reasons by time."""

    target: str
    is_helpful: bool
    reason: str
    rated_at: datetime
    key: int


class Ratings(Protocol):
    """Ratings, one of each user for each target."""

    async def rate(self, rating: ContentRating) -> None:
        """Store a rating in place of an earlier one of the same user and target."""

    async def counts(self, ids: Sequence[GenerationId], *, user_id: UserId) -> list[GeneratedFeedback | None]:
        """Return the counts of each of a user's generations, in their order."""

    async def reasons(
        self, ids: Sequence[GenerationId], window: Window, *, user_id: UserId, is_helpful: bool | None
    ) -> list[Page[FeedbackReason]]:
        """Return the reasons for each of a user's generations, newest first; ratings without one are left out."""
