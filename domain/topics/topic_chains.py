"""Topic chains: paths such as `Python > Functions` that a learner explores, and that others read while shared."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain import text
from domain.entities import entity
from domain.errors import DomainError
from domain.ids import TopicChainId, UserId
from domain.paging import Page, Window

MOST_CHAINS = 200
"""How many topic chains a learner may have."""
LONGEST_TITLE = 200


@entity
class TopicChain:
    """A topic chain. `path` are the names of its base topics; others read it while `shared_at` is set.

    `public_id` stays the same for the life of the chain, and cannot be guessed.
    """

    id: TopicChainId
    owner_id: UserId
    public_id: str
    title: str
    path: list[str]
    shared_at: datetime | None
    created_at: datetime
    changed_at: datetime


@entity
class TopicProgress:
    """How many topics a chain has, and how many of them its owner has explored; None for other readers."""

    topics: int
    explored: int | None


@entity
class TopicChainFilter:
    """A filter of topic chains; None leaves a condition out."""

    is_shared: bool | None = None
    is_explored: bool | None = None


class TooManyTopicChainsError(DomainError):
    """The learner has as many topic chains as are allowed."""

    code = "TOO_MANY_TOPIC_CHAINS"


class TopicChains(Protocol):
    """Topic chains; `viewer_id` leaves out those that are neither the viewer's nor shared."""

    async def lock_and_count_others(self, owner_id: UserId, path_key: str) -> int:
        """Return how many chains of other paths the owner has; a lock on the owner's row blocks new ones."""

    async def add(self, chain: TopicChain, path_key: str) -> TopicChain:
        """Store a chain, or return the owner's chain that has this path already."""

    async def lock(self, chain_id: TopicChainId, *, owner_id: UserId) -> TopicChain | None:
        """Return a chain of the owner's, locked until the commit."""

    async def save(self, chain: TopicChain) -> None:
        """Store the title of a locked chain, whether it is shared, and when it was changed."""

    async def remove(self, chain_id: TopicChainId, *, owner_id: UserId) -> TopicChain | None:
        """Remove a chain of the owner's with its topics; return it as it was."""

    async def by_ids(
        self, ids: Sequence[TopicChainId], *, viewer_id: UserId | None
    ) -> list[TopicChain | None]:
        """Return one slot per id, in their order."""

    async def by_public_id(self, public_id: str, *, viewer_id: UserId | None) -> TopicChain | None:
        """Return the chain with this public id."""

    async def page(self, asked: TopicChainFilter, window: Window, *, owner_id: UserId) -> Page[TopicChain]:
        """Return the owner's chains, newest first."""

    async def progress(
        self, ids: Sequence[TopicChainId], *, viewer_id: UserId | None
    ) -> list[TopicProgress | None]:
        """Count the topics of each chain."""


def checked_title(value: str, *, field: str) -> str:
    """Return the title if it is one line of 1 to 200 characters."""
    return text.line(value, field=field, longest=LONGEST_TITLE)
