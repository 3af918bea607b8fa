"""The type of topics."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.accounts.scopes import Scope
from domain.ids import TopicId
from domain.topics.topic_chains import TooManyTopicChainsError
from domain.topics.topics import (
    HARDEST,
    BaseTopicError,
    TooManyTopicsError,
    TopicExistsError,
)
from graph.bookmarkable import Bookmarkable
from graph.directives import public, requires_scopes
from graph.errors import declare_error
from graph.fields import attribute, loaded_by
from graph.paging import Connection
from resolvers.topics import loaders

declare_error(TooManyTopicChainsError, "The caller has as many topic chains as are allowed.")
declare_error(TopicExistsError, "The topic above has another subtopic of this name, in whatever case.")
declare_error(
    TooManyTopicsError,
    "The chain has as many topics as are allowed, or the topic as many above it.",
)
declare_error(BaseTopicError, "The topic is part of the path of its chain, which stays as it is.")

READS = (public(), requires_scopes(Scope.READ_LEARNING))
"""The rules of chains and topics: the owner's, and those that are shared; an API key needs READ_LEARNING."""
DIFFICULTY = f"0 to {HARDEST}, from easy to hard."
_CHAIN = Annotated["TopicChain", strawberry.lazy("graph.topics.topic_chains")]  # type: ignore[name-defined]  # noqa: F821 - it refers back to this module
FILTERS = {
    "is_explored": "Only topics that were explored, or only those that were not; by default all. For callers who do "
    "not own the chain, none was explored.",
    "max_difficulty": "Only topics that are not harder than this; by default all.",
}


@strawberry.type(
    description="A topic of a topic chain. Its owner reads it, and all callers do while the chain is shared.",
    directives=[*READS],
)
class Topic(Bookmarkable):
    """A topic."""

    id: TopicId = attribute("The topic's id, `topic_...`.")
    chain: _CHAIN | None = loaded_by(
        loaders.topic_chains_by_id, key="chain_id", description="The chain to which it belongs."
    )
    parent: Annotated["Topic", strawberry.lazy("graph.topics.topics")] | None = loaded_by(
        loaders.topics_by_id,
        key="parent_id",
        description="The topic above; null for the first topic of the path.",
    )
    name: str = attribute("Its name.")
    path: str | None = loaded_by(
        loaders.paths_by_topic,
        key="id",
        description="The names of the topics down to this one, such as `Python > Functions > Closures`.",
    )
    description: str = attribute("What it is about; it may be empty.")
    difficulty: int = attribute(f"How hard it is, {DIFFICULTY}")
    depth: int = attribute("How many topics are above it.")
    is_base: bool = attribute("Whether it is part of the path of its chain.")
    is_generated: bool = attribute("Whether a language model wrote it.")
    explored_at: datetime | None = attribute(
        "When the owner explored it; null where they did not, and for other callers."
    )
    created_at: datetime = attribute("When it was added.")
    subtopics: Connection[Annotated["Topic", strawberry.lazy("graph.topics.topics")]] | None = loaded_by(
        loaders.subtopics_by_topic,
        key="id",
        description="The topics below it, the easiest first.",
        args=FILTERS,
    )
