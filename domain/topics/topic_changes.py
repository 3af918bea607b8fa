"""Adding, changing, exploring and removing topics."""

from dataclasses import replace

from domain.acts import Act
from domain.edits import UNCHANGED, Edit, checked, settled
from domain.errors import NotFoundError
from domain.ids import TopicId
from domain.refusals import all_at_once
from domain.topics import topic_paths, topics
from domain.topics.topics import (
    DEEPEST,
    MOST_TOPICS,
    BaseTopicError,
    TooManyTopicsError,
    Topic,
    TopicExistsError,
)
from domain.topics.work import TopicsWork


async def add(
    work: TopicsWork, act: Act, *, parent_id: TopicId, name: str, difficulty: int = 0, description: str = ""
) -> Topic:
    """Add a subtopic to a topic of the actor's.

    Raises, all at once, InvalidInputErrors; NotFoundError, TooManyTopicsError or TopicExistsError.
    """
    with all_at_once() as each:
        with each:
            name = topic_paths.checked_name(name, field="name")
        with each:
            difficulty = topics.checked_difficulty(difficulty, field="difficulty")
        with each:
            description = topics.checked_description(description, field="description")
    parent = await own(work, act, parent_id, field="parentId")
    await check_room(work, parent, field="parentId")
    added = await work.topics.add(
        [new_topic(act, parent, name=name, difficulty=difficulty, description=description)]
    )
    if not added:
        raise name_taken()
    return added[0]


async def edit(
    work: TopicsWork,
    act: Act,
    *,
    topic_id: TopicId,
    name: Edit[str | None] = UNCHANGED,
    difficulty: Edit[int | None] = UNCHANGED,
    description: Edit[str | None] = UNCHANGED,
) -> Topic:
    """Change a topic of the actor's; a base topic keeps its name.

    Raises, all at once, InvalidInputErrors; NotFoundError, BaseTopicError or TopicExistsError.
    """
    with all_at_once() as each:
        with each:
            new_name = checked(name, _name, field="name")
        with each:
            new_difficulty = checked(
                difficulty,
                _difficulty,
                field="difficulty",
            )
        with each:
            new_description = checked(
                description,
                _description,
                field="description",
            )
    topic = await own(work, act, topic_id, field="id")
    if topic.is_base and settled(new_name, topic.name) != topic.name:
        raise BaseTopicError(
            "This topic is part of the path of its chain; create another chain for another path.",
            field="name",
        )
    changed = replace(
        topic,
        name=settled(new_name, topic.name),
        difficulty=settled(new_difficulty, topic.difficulty),
        description=settled(new_description, topic.description),
    )
    if changed != topic:
        await work.topics.save(changed)
    return changed


async def set_explored(work: TopicsWork, act: Act, *, topic_id: TopicId, is_explored: bool) -> Topic:
    """Note that the actor has explored a topic of theirs, or take that back; the first time stays.

    Raises NotFoundError.
    """
    topic = await own(work, act, topic_id, field="id")
    if is_explored == (topic.explored_at is not None):
        return topic
    changed = replace(topic, explored_at=act.now if is_explored else None)
    await work.topics.save(changed)
    return changed


async def remove(work: TopicsWork, act: Act, *, topic_id: TopicId) -> Topic:
    """Remove a subtopic of the actor's with all topics below it; raises NotFoundError or BaseTopicError."""
    topic = await own(work, act, topic_id, field="id")
    if topic.is_base:
        raise BaseTopicError(
            "This topic is part of the path of its chain; delete the chain, or remove topics below it.",
            field="id",
        )
    await work.topics.remove(topic.id)
    return topic


async def own(work: TopicsWork, act: Act, topic_id: TopicId, *, field: str) -> Topic:
    """Return a topic of the actor's, whose chain is locked until the commit; raises NotFoundError."""
    topic = await work.topics.owned(topic_id, owner_id=act.user_id)
    if topic is None:
        raise NotFoundError("You have no such topic.", field=field)
    return topic


async def check_room(work: TopicsWork, parent: Topic, *, field: str) -> int:
    """Return how many topics may be added below a topic of a locked chain; raises TooManyTopicsError if none."""
    if parent.depth >= DEEPEST:
        raise TooManyTopicsError(
            f"A topic has at most {DEEPEST} topics above it; begin another chain.", field=field
        )
    room = MOST_TOPICS - await work.topics.count(parent.chain_id)
    if room <= 0:
        raise TooManyTopicsError(
            f"A topic chain has at most {MOST_TOPICS} topics; remove one, or begin another chain.",
            field=field,
        )
    return room


def new_topic(
    act: Act,
    parent: Topic,
    *,
    name: str,
    difficulty: int,
    description: str,
    is_generated: bool = False,
    id_: TopicId | None = None,
) -> Topic:
    """Return a subtopic of a topic."""
    return Topic(
        id=id_ or TopicId(act.mint("topic")),
        chain_id=parent.chain_id,
        parent_id=parent.id,
        name=name,
        description=description,
        difficulty=difficulty,
        depth=parent.depth + 1,
        is_base=False,
        is_generated=is_generated,
        explored_at=None,
        created_at=act.now,
    )


def name_taken() -> TopicExistsError:
    """Return the refusal of a name that another subtopic of the same topic has."""
    return TopicExistsError("The topic above has a subtopic of this name; choose another one.", field="name")


def _name(value: str) -> str:
    return topic_paths.checked_name(value, field="name")


def _difficulty(value: int) -> int:
    return topics.checked_difficulty(value, field="difficulty")


def _description(value: str) -> str:
    return topics.checked_description(value, field="description")
