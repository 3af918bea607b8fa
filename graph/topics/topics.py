"""Types and mutations of topics."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.accounts.scopes import Scope
from domain.ids import TopicId
from domain.topics.topics import (
    HARDEST,
    MOST_TOPICS,
    BaseTopicError,
    TooManyTopicsError,
    TopicExistsError,
)
from graph.bookmarkable import Bookmarkable
from graph.directives import public, requires_scopes, writes_learning
from graph.errors import declare_error
from graph.fields import attribute, given, loaded_by
from graph.mutations import mutated_by
from graph.paging import Connection
from resolvers.topics import loaders, topics

declare_error(TopicExistsError, "The topic above has another subtopic of this name, in whatever case.")
declare_error(
    TooManyTopicsError,
    "The chain has as many topics as are allowed, or the topic as many above it.",
)
declare_error(BaseTopicError, "The topic is part of the path of its chain, which stays as it is.")

READS = (public(), requires_scopes(Scope.READ_LEARNING))
"""The rules of chains and topics: the owner's, and those that are shared; an API key needs READ_LEARNING."""
_NAME = "1 to 100 characters of any script, without `>`."
_DIFFICULTY = f"0 to {HARDEST}, from easy to hard."
_DESCRIPTION = "What it is about; at most 1 000 characters."
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
    difficulty: int = attribute(f"How hard it is, {_DIFFICULTY}")
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


@strawberry.input(description="A subtopic to add.")
class AddTopicInput:
    """A subtopic."""

    parent_id: TopicId = given("The topic of the caller's below which it belongs.", required=True)
    name: str = given(f"Its name: {_NAME}", required=True)
    difficulty: int = given(f"How hard it is: {_DIFFICULTY}", default=0)
    description: str = given(_DESCRIPTION, default="")


@strawberry.input(description="What to change of a topic; a field that is left out stays unchanged.")
class EditTopicInput:
    """A topic with its new values."""

    id: TopicId = given("The topic.", required=True)
    name: str | None = given(f"Its name: {_NAME} A topic of the path keeps its own.")
    difficulty: int | None = given(f"How hard it is: {_DIFFICULTY}")
    description: str | None = given(_DESCRIPTION)


@strawberry.input(description="A topic, and whether it was explored.")
class SetTopicExploredInput:
    """A topic and its state."""

    id: TopicId = given("The topic.", required=True)
    is_explored: bool = given(
        "True notes that the caller has explored it; false takes that back.", required=True
    )


@strawberry.input(description="The topic to remove.")
class RemoveTopicInput:
    """A topic."""

    id: TopicId = given("The topic; those below it go with it.", required=True)


@strawberry.type
class TopicMutations:
    """Mutations of topics."""

    add_topic = mutated_by(
        topics.add_topic,
        input=AddTopicInput,
        gives={"topic": (Topic, "The new topic.")},
        refuses=(TopicExistsError, TooManyTopicsError),
        rule=writes_learning(),
        description="Adds a subtopic to a topic of the caller's. Below one topic, a name occurs once, in whatever "
        f"case. At most {MOST_TOPICS} topics a chain.",
    )
    edit_topic = mutated_by(
        topics.edit_topic,
        input=EditTopicInput,
        gives={"topic": (Topic, "The topic as it is now.")},
        refuses=(TopicExistsError, BaseTopicError),
        rule=writes_learning(),
        description="Changes name, difficulty or description of one of the caller's topics.",
    )
    set_topic_explored = mutated_by(
        topics.set_topic_explored,
        input=SetTopicExploredInput,
        gives={"topic": (Topic, "The topic as it is now.")},
        rule=writes_learning(),
        description="Notes that the caller has explored one of their topics, or takes that back. The same again "
        "changes nothing.",
    )
    remove_topic = mutated_by(
        topics.remove_topic,
        input=RemoveTopicInput,
        gives={"topic": (Topic, "The removed topic as it was.")},
        refuses=(BaseTopicError,),
        rule=writes_learning(),
        description="Removes one of the caller's subtopics, with the topics below it.",
    )
