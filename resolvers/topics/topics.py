"""Resolvers of the topics of a chain."""

from typing import Protocol

from domain.edits import UNCHANGED, Edit
from domain.ids import TopicId
from domain.topics import topic_changes, topic_jobs
from domain.topics.topic_jobs import USUAL_COUNT, TopicGeneration, TopicPlace
from domain.topics.topics import Topic
from resolvers.ai.quotas import quota_of_caller
from resolvers.context import Context


class GivenPlace(Protocol):
    """Where topics are wanted, as a client sends it."""

    def read(self) -> TopicPlace:
        """Return the place."""


async def generate_topics(
    context: Context, *, below: GivenPlace, count: int = USUAL_COUNT, model: str | None = None
) -> TopicGeneration:
    """Start the generation of subtopics of a topic of the caller's."""
    async with context.open_work() as work:
        return await topic_jobs.start(
            work,
            context.act(),
            place=below.read(),
            count=count,
            model=model,
            randomness=context.ports.randomness,
            models=context.ports.assistant.models,
            quota=quota_of_caller(context),
        )


async def add_topic(
    context: Context, *, parent_id: TopicId, name: str, difficulty: int = 0, description: str = ""
) -> Topic:
    """Add a subtopic to a topic of the caller's."""
    async with context.open_work() as work:
        return await topic_changes.add(
            work,
            context.act(),
            parent_id=parent_id,
            name=name,
            difficulty=difficulty,
            description=description,
        )


async def edit_topic(
    context: Context,
    *,
    id: TopicId,
    name: Edit[str | None] = UNCHANGED,
    difficulty: Edit[int | None] = UNCHANGED,
    description: Edit[str | None] = UNCHANGED,
) -> Topic:
    """Change a topic of the caller's."""
    async with context.open_work() as work:
        return await topic_changes.edit(
            work, context.act(), topic_id=id, name=name, difficulty=difficulty, description=description
        )


async def set_topic_explored(context: Context, *, id: TopicId, is_explored: bool) -> Topic:
    """Note that the caller has explored a topic of theirs, or take that back."""
    async with context.open_work() as work:
        return await topic_changes.set_explored(work, context.act(), topic_id=id, is_explored=is_explored)


async def remove_topic(context: Context, *, id: TopicId) -> Topic:
    """Remove a subtopic of the caller's."""
    async with context.open_work() as work:
        return await topic_changes.remove(work, context.act(), topic_id=id)
