"""Batches of topic chains and topics: those of the viewer, and those that are shared."""

from domain.ids import TopicChainId, TopicId
from domain.paging import Page, Window
from domain.topics.topic_chains import TopicChain, TopicProgress
from domain.topics.topics import Topic, TopicFilter
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VISIBLE)
async def topic_chains_by_id(context: Context, ids: list[TopicChainId]) -> list[TopicChain | None]:
    """Load topic chains."""
    async with context.open_reads() as reads:
        return await reads.topic_chains.by_ids(ids, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def progress_by_chain(context: Context, ids: list[TopicChainId]) -> list[TopicProgress | None]:
    """Count the topics of each chain."""
    async with context.open_reads() as reads:
        return await reads.topic_chains.progress(ids, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def topics_by_id(context: Context, ids: list[TopicId]) -> list[Topic | None]:
    """Load topics."""
    async with context.open_reads() as reads:
        return await reads.topics.by_ids(ids, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def base_topics_by_chain(context: Context, ids: list[TopicChainId]) -> list[list[Topic]]:
    """Load the path of each chain."""
    async with context.open_reads() as reads:
        return await reads.topics.base_of_chains(ids, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def topics_by_chain(
    context: Context,
    ids: list[TopicChainId],
    *,
    window: Window,
    is_explored: bool | None = None,
    max_difficulty: int | None = None,
) -> list[Page[Topic]]:
    """Load a page of the topics of each chain."""
    asked = TopicFilter(is_explored=is_explored, hardest=max_difficulty)
    async with context.open_reads() as reads:
        return await reads.topics.pages_of_chains(ids, asked, window, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def subtopics_by_topic(
    context: Context,
    ids: list[TopicId],
    *,
    window: Window,
    is_explored: bool | None = None,
    max_difficulty: int | None = None,
) -> list[Page[Topic]]:
    """Load a page of the subtopics of each topic."""
    asked = TopicFilter(is_explored=is_explored, hardest=max_difficulty)
    async with context.open_reads() as reads:
        return await reads.topics.pages_below(ids, asked, window, viewer_id=context.viewer_id)


@batch(Rows.VISIBLE)
async def paths_by_topic(context: Context, ids: list[TopicId]) -> list[str | None]:
    """Load the path of each topic."""
    async with context.open_reads() as reads:
        return await reads.topics.paths(ids, viewer_id=context.viewer_id)


@batch(Rows.VIEWER)
async def next_topics_by_chain(context: Context, ids: list[TopicChainId]) -> list[list[Topic] | None]:
    """Load what the viewer may explore next in each chain of theirs; None for chains of others."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.topics.next_of_chains(ids, owner_id=context.user_id)
