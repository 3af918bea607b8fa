"""Types, root fields and mutations of topic chains."""

from datetime import datetime

import strawberry

from domain.authoring.node_checks import LONGEST_TITLE
from domain.content.quizzes import SlugTakenError
from domain.errors import IdempotencyKeyReusedError
from domain.ids import TopicChainId
from domain.topics.next_topics import MOST_NEXT
from domain.topics.topic_chains import MOST_CHAINS, TooManyTopicChainsError
from domain.topics.topic_paths import MOST_PARTS
from graph.content.roadmaps import Roadmap, RoadmapVersion
from graph.directives import imports_content, writes_learning
from graph.fields import attribute, given, loaded_by, resolved_by
from graph.mutations import Gives, mutated_by
from graph.node import Node
from graph.paging import Connection
from graph.topics.topics import FILTERS, READS, Topic
from resolvers.topics import loaders, topic_chains


@strawberry.type(description="How far a topic chain was explored.", directives=[*READS])
class TopicProgress:
    """Counts of topics."""

    topics: int = attribute("How many topics the chain has, those of its path included.")
    explored: int | None = attribute("How many of them the owner has explored; null for other callers.")


@strawberry.type(
    description="A path such as `Python > Functions` that a learner explores, with topics below it. Its owner reads "
    "it, "
    "and all callers do while it is shared.",
    directives=[*READS],
)
class TopicChain(Node):
    """A topic chain."""

    id: TopicChainId = attribute("The chain's id, `topicchain_...`.")
    public_id: str = attribute(
        "A code of 16 characters for `topicChain`, which cannot be guessed; others can use it while the chain "
        "is shared."
    )
    title: str = attribute("Its title: the path, until it is renamed.")
    path: list[str] = attribute("The names of its base topics.", at_most=MOST_PARTS, usual=2)
    shared_at: datetime | None = attribute(
        "Since when it has been shared; null while only its owner reads it."
    )
    created_at: datetime = attribute("When it was created.")
    changed_at: datetime = attribute("When it was last renamed, shared or taken back.")
    progress: TopicProgress | None = loaded_by(
        loaders.progress_by_chain, key="id", description="How far it was explored."
    )
    base_topics: list[Topic] | None = loaded_by(
        loaders.base_topics_by_chain,
        key="id",
        description="The topics of its path, each below the one before.",
        at_most=MOST_PARTS,
        usual=2,
    )
    topics: Connection[Topic] | None = loaded_by(
        loaders.topics_by_chain,
        key="id",
        description="All its topics: those above before those below, and the easiest first.",
        args=FILTERS,
    )
    next_topics: list[Topic] | None = loaded_by(
        loaders.next_topics_by_chain,
        key="id",
        description="What its owner may explore next: those below an explored topic first, then the easiest; null for "
        "other callers.",
        at_most=MOST_NEXT,
        usual=MOST_NEXT,
    )


@strawberry.type
class TopicChainQueries:
    """Root fields of topic chains."""

    topic_chain: TopicChain | None = resolved_by(
        topic_chains.topic_chain,
        description="The topic chain with this public id, where it is shared or the caller's own; or null.",
        rule=READS,
        args={"public_id": "The public id, as in the link that was shared."},
    )


@strawberry.input(description="A topic chain to create.")
class CreateTopicChainInput:
    """A path."""

    path: str = given(
        f"1 to {MOST_PARTS} names of topics, each behind a `>`, such as `Python > Functions`; a name has 1 to 100 "
        "characters of any script.",
        required=True,
    )


@strawberry.input(description="A topic chain and its new title.")
class RenameTopicChainInput:
    """A chain and a title."""

    id: TopicChainId = given("The chain.", required=True)
    title: str = given("The title: one line of 1 to 200 characters.", required=True)


@strawberry.input(description="The topic chain to delete.")
class DeleteTopicChainInput:
    """A chain."""

    id: TopicChainId = given("The chain; its topics go with it.", required=True)


@strawberry.input(description="The topic chain to share.")
class ShareTopicChainInput:
    """A chain."""

    id: TopicChainId = given("The chain.", required=True)


@strawberry.input(description="The topic chain that only its owner reads from now on.")
class UnshareTopicChainInput:
    """A chain."""

    id: TopicChainId = given("The chain.", required=True)


@strawberry.input(description="The topic chain to turn into a roadmap.")
class CreateRoadmapFromTopicsInput:
    """A chain, and what the roadmap is called."""

    chain_id: TopicChainId = given("A topic chain of the caller's.", required=True)
    slug: str = given(
        "The roadmap's unique short name in addresses: 1 to 80 of a-z, 0-9 and inner hyphens.", required=True
    )
    title: str | None = given(
        f"The roadmap's title: one line of 1 to {LONGEST_TITLE} characters; by default the title of the chain, cut to "
        "that length."
    )
    idempotency_key: str = given(
        "A key that the client makes; the same key creates one roadmap.", required=True
    )


_GIVES: Gives = {"chain": (TopicChain, "The chain as it is now.")}


@strawberry.type
class TopicChainMutations:
    """Mutations of topic chains."""

    create_topic_chain = mutated_by(
        topic_chains.create_topic_chain,
        input=CreateTopicChainInput,
        gives={"chain": (TopicChain, "The chain: the new one, or the caller's own that has this path.")},
        refuses=(TooManyTopicChainsError,),
        rule=writes_learning(),
        description="Creates a topic chain with a topic for each name of the path. A learner has one chain of a path, "
        f"whatever the case of its letters: that one is returned. At most {MOST_CHAINS} a learner.",
    )
    rename_topic_chain = mutated_by(
        topic_chains.rename_topic_chain,
        input=RenameTopicChainInput,
        gives=_GIVES,
        rule=writes_learning(),
        description="Gives one of the caller's topic chains another title; its path stays.",
    )
    delete_topic_chain = mutated_by(
        topic_chains.delete_topic_chain,
        input=DeleteTopicChainInput,
        gives={"chain": (TopicChain, "The deleted chain as it was.")},
        rule=writes_learning(),
        description="Deletes one of the caller's topic chains, with its topics, and what was bookmarked and noted on "
        "them.",
    )
    share_topic_chain = mutated_by(
        topic_chains.share_topic_chain,
        input=ShareTopicChainInput,
        gives=_GIVES,
        rule=writes_learning(),
        description="Lets all callers who have the public id read one of the caller's topic chains, without what was "
        "explored.",
    )
    unshare_topic_chain = mutated_by(
        topic_chains.unshare_topic_chain,
        input=UnshareTopicChainInput,
        gives=_GIVES,
        rule=writes_learning(),
        description="Ends the sharing of one of the caller's topic chains; sharing it again gives it the same public "
        "id.",
    )
    create_roadmap_from_topics = mutated_by(
        topic_chains.create_roadmap_from_topics,
        input=CreateRoadmapFromTopicsInput,
        gives={
            "roadmap": (Roadmap, "The roadmap; it is private and not published yet."),
            "version": (RoadmapVersion, "Its draft, with a node for each topic."),
        },
        refuses=(SlugTakenError, IdempotencyKeyReusedError),
        rule=imports_content(),
        description="Creates a roadmap of the caller's own from one of their topic chains: each topic becomes a node, "
        "which needs the node of the topic above. `editRoadmapDraft` changes the draft, `publishRoadmap` publishes it.",
        weight=20,
    )
