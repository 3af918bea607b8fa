"""Ratings of generated content: thumbs up or down with a reason, which its author reads without names."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.entities import entity
from domain.ids import ChatMessageId, GenerationId, UserId
from domain.paging import Page, Window


@entity
class ContentRating:
    """What a user thinks of something that was generated; `target` is its id.

    An answer in a chat has a `message_id` in place of a `generation_id`, the `model` that wrote it and the version of
    its prompt, which is None where its call was not kept any more.
    """

    user_id: UserId
    target: str
    generation_id: GenerationId | None
    is_helpful: bool
    reason: str
    rated_at: datetime
    message_id: ChatMessageId | None = None
    model: str | None = None
    prompt_version: int | None = None


@entity
class AnswerRatings:
    """How many answers in chats that a model wrote from a version of the prompt are helpful to their learners."""

    model: str
    prompt_version: int | None
    helpful: int
    unhelpful: int


@entity
class RatingFilter:
    """Which ratings of a user are listed; None leaves a condition out."""

    message_id: ChatMessageId | None = None
    is_helpful: bool | None = None


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

    async def page(self, asked: RatingFilter, window: Window, *, user_id: UserId) -> Page[ContentRating]:
        """Return a user's ratings, by the ids of their targets, the last first."""

    async def of_answers(self, window: Window, *, model: str | None) -> Page[AnswerRatings]:
        """Return the counts of answers in chats, without users and texts; the newest prompt first."""

    async def counts(self, ids: Sequence[GenerationId], *, user_id: UserId) -> list[GeneratedFeedback | None]:
        """Return the counts of each of a user's generations, in their order."""

    async def reasons(
        self, ids: Sequence[GenerationId], window: Window, *, user_id: UserId, is_helpful: bool | None
    ) -> list[Page[FeedbackReason]]:
        """Return the reasons for each of a user's generations, newest first; ratings without one are left out."""
