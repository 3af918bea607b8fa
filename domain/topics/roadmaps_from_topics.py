"""Roadmaps from topics: turns a topic chain into the draft of a roadmap, a node for each topic."""

from collections.abc import Sequence
from itertools import islice

from domain import idempotency
from domain.acts import Act
from domain.authoring import draft_edits, roadmap_creation
from domain.authoring.draft_edits import MOST_OPERATIONS
from domain.authoring.drafts import Details, DraftNode
from domain.authoring.node_checks import LONGEST_TITLE, check_title
from domain.authoring.node_operations import AddNode
from domain.authoring.roadmap_creation import NewRoadmap
from domain.content.prerequisites import Needs, PrerequisiteMode
from domain.content.questions import Difficulty
from domain.content.quizzes import checked_slug
from domain.content.roadmaps import Visibility
from domain.ids import TopicChainId
from domain.refusals import all_at_once
from domain.topics import chain_changes, topic_paths
from domain.topics.topics import HARDEST, Topic
from domain.topics.work import TopicsWork

_LEVELS = (Difficulty.EASY, Difficulty.MEDIUM, Difficulty.HARD)


async def create(
    work: TopicsWork, act: Act, *, chain_id: TopicChainId, slug: str, title: str | None, key: str
) -> NewRoadmap:
    """Create a private roadmap of the actor's whose draft has a node for each topic of a chain of theirs.

    A node needs that of the topic above. The same idempotency key returns what its first use created. Raises, all at
    once, InvalidInputErrors; NotFoundError, SlugTakenError or IdempotencyKeyReusedError.
    """
    with all_at_once() as each:
        with each:
            checked_slug(slug, field="slug")
        with each:
            title = None if title is None else check_title(title, "title")
        with each:
            key = idempotency.checked_key(key)
    chain = await chain_changes.own(work, act, chain_id, field="chainId")
    details = Details(
        title=title or chain.title[:LONGEST_TITLE].rstrip(),
        description=topic_paths.written(chain.path),
        visibility=Visibility.PRIVATE,
    )
    new = await roadmap_creation.create(work, act, slug=slug, details=details, key=key)
    if new.version.revision > 1:  # an earlier request with this key has filled it
        return new
    (topics,) = await work.topics.of_chains([chain.id], viewer_id=act.user_id)
    version = new.version
    remaining = iter([AddNode(node=node, at_end=True) for node in nodes_of(topics)])
    while operations := list(islice(remaining, MOST_OPERATIONS)):
        version = (await draft_edits.applied(work, act, version, operations)).version
    return NewRoadmap(roadmap=new.roadmap, version=version)


def nodes_of(topics: Sequence[Topic]) -> list[DraftNode]:
    """Return a node for each topic, which stand in the order in which those above come before those below."""
    keys = {topic.id: f"topic-{number}" for number, topic in enumerate(topics, start=1)}
    return [
        DraftNode(
            key=keys[topic.id],
            title=topic.name,
            description=topic.description,
            difficulty=level_of(topic.difficulty),
            needs=()
            if topic.parent_id is None
            else (Needs(mode=PrerequisiteMode.ALL, k=None, of=(keys[topic.parent_id],)),),
        )
        for topic in topics
    ]


def level_of(difficulty: int) -> Difficulty:
    """Return the difficulty of a node for that of a topic, in three equal parts of 0 to 10."""
    return _LEVELS[difficulty * len(_LEVELS) // (HARDEST + 1)]
