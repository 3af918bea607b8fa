"""Mutations of topics: generate, add, change, explore, remove."""

import strawberry

import graph.ai.quotas  # noqa: F401 - declares the refusal
from domain.ai.errors import AiQuotaReachedError, UnknownModelError
from domain.ids import TopicChainId, TopicId
from domain.topics.generated_topics import MOST_GENERATED
from domain.topics.topic_chains import TooManyTopicChainsError
from domain.topics.topic_jobs import USUAL_COUNT, TopicPlace
from domain.topics.topics import MOST_TOPICS, BaseTopicError, TooManyTopicsError, TopicExistsError
from graph.directives import writes_learning
from graph.fields import given
from graph.jobs.jobs import Job
from graph.mutations import mutated_by
from graph.topics.topics import DIFFICULTY, Topic
from resolvers.topics import topics

_NAME = "1 to 100 characters of any script, without `>`."
_DESCRIPTION = "What it is about; at most 1 000 characters."


@strawberry.input(description="Where topics are wanted; exactly one field.", one_of=True)
class TopicPlaceInput:
    """A topic, a chain or a path."""

    topic_id: TopicId | None = given("Below this topic of the caller's.")
    chain_id: TopicChainId | None = given("Below the last topic of the path of this chain of the caller's.")
    path: str | None = given(
        "Below the last topic of this path, such as `Python > Functions`; as in `createTopicChain`, it becomes a chain "
        "of the caller's where it is none yet."
    )

    def read(self) -> TopicPlace:
        """Return the place."""
        return TopicPlace(
            topic_id=self.topic_id or None, chain_id=self.chain_id or None, path=self.path or None
        )


@strawberry.input(description="What to generate.")
class GenerateTopicsInput:
    """A place, a number and a model."""

    below: TopicPlaceInput = given("Where the topics belong.", required=True)
    count: int = given(f"How many are asked for, 1 to {MOST_GENERATED}.", default=USUAL_COUNT)
    model: str | None = given(
        "The language model, one of those that the platform offers; by default the usual one."
    )


@strawberry.input(description="A subtopic to add.")
class AddTopicInput:
    """A subtopic."""

    parent_id: TopicId = given("The topic of the caller's below which it belongs.", required=True)
    name: str = given(f"Its name: {_NAME}", required=True)
    difficulty: int = given(f"How hard it is: {DIFFICULTY}", default=0)
    description: str = given(_DESCRIPTION, default="")


@strawberry.input(description="What to change of a topic; a field that is left out stays unchanged.")
class EditTopicInput:
    """A topic with its new values."""

    id: TopicId = given("The topic.", required=True)
    name: str | None = given(f"Its name: {_NAME} A topic of the path keeps its own.")
    difficulty: int | None = given(f"How hard it is: {DIFFICULTY}")
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

    generate_topics = mutated_by(
        topics.generate_topics,
        input=GenerateTopicsInput,
        gives={
            "job": (Job, "The job that asks a language model; follow it with `jobProgress`."),
            "topic": (Topic, "The topic that gets the subtopics."),
        },
        refuses=(TooManyTopicChainsError, TooManyTopicsError, UnknownModelError, AiQuotaReachedError),
        rule=writes_learning(),
        description="Starts a job in which a language model names subtopics of one of the caller's topics. Names that "
        "are there already, in whatever case, are left out. While such a job runs for the topic, that one is returned.",
        weight=20,
    )
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
