"""Resolvers of topic chains."""

from domain.accounts.users import Viewer
from domain.authoring.roadmap_creation import NewRoadmap
from domain.ids import TopicChainId
from domain.paging import Page, Window
from domain.topics import chain_changes, roadmaps_from_topics
from domain.topics.topic_chains import TopicChain, TopicChainFilter
from resolvers.context import Context


async def topic_chain(context: Context, *, public_id: str) -> TopicChain | None:
    """Return the chain with this public id, where it is shared or the caller's own."""
    async with context.open_reads() as reads:
        return await reads.topic_chains.by_public_id(public_id, viewer_id=context.viewer_id)


async def viewer_topic_chains(
    viewer: Viewer,
    context: Context,
    *,
    window: Window,
    is_shared: bool | None = None,
    is_explored: bool | None = None,
) -> Page[TopicChain]:
    """Return a page of the caller's chains."""
    asked = TopicChainFilter(is_shared=is_shared, is_explored=is_explored)
    async with context.open_reads() as reads:
        return await reads.topic_chains.page(asked, window, owner_id=viewer.user_id)


async def create_topic_chain(context: Context, *, path: str) -> TopicChain:
    """Create a chain of the caller's."""
    async with context.open_work() as work:
        return await chain_changes.create(work, context.act(), path=path, randomness=context.ports.randomness)


async def rename_topic_chain(context: Context, *, id: TopicChainId, title: str) -> TopicChain:
    """Give a chain of the caller's another title."""
    async with context.open_work() as work:
        return await chain_changes.rename(work, context.act(), chain_id=id, title=title)


async def delete_topic_chain(context: Context, *, id: TopicChainId) -> TopicChain:
    """Delete a chain of the caller's."""
    async with context.open_work() as work:
        return await chain_changes.remove(work, context.act(), chain_id=id)


async def share_topic_chain(context: Context, *, id: TopicChainId) -> TopicChain:
    """Let all who have the public id read a chain of the caller's."""
    async with context.open_work() as work:
        return await chain_changes.set_shared(work, context.act(), chain_id=id, is_shared=True)


async def unshare_topic_chain(context: Context, *, id: TopicChainId) -> TopicChain:
    """Let the caller alone read a chain of theirs."""
    async with context.open_work() as work:
        return await chain_changes.set_shared(work, context.act(), chain_id=id, is_shared=False)


async def create_roadmap_from_topics(
    context: Context, *, chain_id: TopicChainId, slug: str, idempotency_key: str, title: str | None = None
) -> NewRoadmap:
    """Create a roadmap of the caller's whose draft has the topics of a chain as nodes."""
    async with context.open_work() as work:
        return await roadmaps_from_topics.create(
            work, context.act(), chain_id=chain_id, slug=slug, title=title, key=idempotency_key
        )
