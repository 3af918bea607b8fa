"""Topics: the subjects of a topic chain, each below another one, with a difficulty and the moment it was explored."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain import text
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError
from domain.ids import TopicChainId, TopicId, UserId
from domain.paging import Page, Window

MOST_TOPICS = 500
"""How many topics a chain may have."""
DEEPEST = 20
"""How many topics may be above one."""
HARDEST = 10
"""The highest difficulty; 0 is the lowest."""
LONGEST_DESCRIPTION = 1_000


@entity
class Topic:
    """A topic of a chain; the base topics are the path of the chain, each below the one before.

    `explored_at` is None where it was not explored, and for readers who are not the owner. `depth` counts the topics
    above it.
    """

    id: TopicId
    chain_id: TopicChainId
    parent_id: TopicId | None
    name: str
    description: str
    difficulty: int
    depth: int
    is_base: bool
    is_generated: bool
    explored_at: datetime | None
    created_at: datetime


@entity
class TopicFilter:
    """A filter of topics; None leaves a condition out."""

    is_explored: bool | None = None
    hardest: int | None = None


class TopicExistsError(DomainError):
    """The topic above has another subtopic of this name."""

    code = "TOPIC_EXISTS"


class TooManyTopicsError(DomainError):
    """The chain has as many topics as are allowed, or is as deep."""

    code = "TOO_MANY_TOPICS"


class BaseTopicError(DomainError):
    """The topic is part of the path of its chain, which stays as it is."""

    code = "BASE_TOPIC"


class Topics(Protocol):
    """Topics; `viewer_id` leaves out those of chains that are neither the viewer's nor shared."""

    async def by_ids(self, ids: Sequence[TopicId], *, viewer_id: UserId | None) -> list[Topic | None]:
        """Return one slot per id, in their order."""

    async def owned(self, topic_id: TopicId, *, owner_id: UserId) -> Topic | None:
        """Return a topic of the owner's; its chain is locked until the commit."""

    async def of_chains(self, ids: Sequence[TopicChainId], *, viewer_id: UserId | None) -> list[list[Topic]]:
        """Return all topics of each chain: those above before those below, and the easiest first."""

    async def next_of_chains(
        self, ids: Sequence[TopicChainId], *, owner_id: UserId
    ) -> list[list[Topic] | None]:
        """Return what `next_topics.suggested` returns for the topics of each chain; None for chains of others."""

    async def base_of_chains(
        self, ids: Sequence[TopicChainId], *, viewer_id: UserId | None
    ) -> list[list[Topic]]:
        """Return the path of each chain, in its order."""

    async def pages_of_chains(
        self, ids: Sequence[TopicChainId], asked: TopicFilter, window: Window, *, viewer_id: UserId | None
    ) -> list[Page[Topic]]:
        """Return a page of the topics of each chain, in the order of `of_chains`."""

    async def pages_below(
        self, ids: Sequence[TopicId], asked: TopicFilter, window: Window, *, viewer_id: UserId | None
    ) -> list[Page[Topic]]:
        """Return a page of the subtopics of each topic, the easiest first."""

    async def paths(self, ids: Sequence[TopicId], *, viewer_id: UserId | None) -> list[str | None]:
        """Return the names from the first topic of the chain down to each topic, as a path."""

    async def count(self, chain_id: TopicChainId) -> int:
        """Return how many topics a chain has."""

    async def add(self, topics: Sequence[Topic]) -> list[Topic]:
        """Store topics, and return those whose names no other topic below the same one had."""

    async def save(self, topic: Topic) -> None:
        """Store a topic as it is now; raises TopicExistsError."""

    async def remove(self, topic_id: TopicId) -> None:
        """Remove a topic with all topics below it."""


def checked_difficulty(value: int, *, field: str) -> int:
    """Return the difficulty if it is 0 to 10."""
    if not 0 <= value <= HARDEST:
        raise InvalidInputError(f"{field} must be 0 to {HARDEST}.", field=field)
    return value


def checked_description(value: str, *, field: str) -> str:
    """Return the description if it has at most 1 000 characters."""
    return text.prose(value, field=field, longest=LONGEST_DESCRIPTION)
