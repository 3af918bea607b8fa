"""Creating, renaming, sharing and deleting topic chains."""

import base64
from collections.abc import Callable
from dataclasses import replace

from domain.acts import Act
from domain.errors import NotFoundError
from domain.ids import TopicChainId, TopicId
from domain.topics import topic_chains, topic_paths
from domain.topics.topic_chains import MOST_CHAINS, TooManyTopicChainsError, TopicChain
from domain.topics.topics import Topic
from domain.topics.work import TopicsWork

_CODE_BYTES = 12
"""96 random bits: a public id of 16 characters."""


async def create(
    work: TopicsWork, act: Act, *, path: str, randomness: Callable[[int], bytes], field: str = "path"
) -> TopicChain:
    """Create a topic chain of the actor's with the topics of its path; one that has this path is returned as it is.

    Raises InvalidInputErrors, all at once, or TooManyTopicChainsError.
    """
    names = topic_paths.parts_of(path, field=field)
    path_key = topic_paths.path_key_of(names)
    if await work.topic_chains.lock_and_count_others(act.user_id, path_key) >= MOST_CHAINS:
        raise TooManyTopicChainsError(
            f"You have {MOST_CHAINS} topic chains; delete one that you do not need.", field=field
        )
    chain = TopicChain(
        id=TopicChainId(act.mint("topicchain")),
        owner_id=act.user_id,
        public_id=base64.urlsafe_b64encode(randomness(_CODE_BYTES)).decode(),
        title=topic_paths.written(names)[: topic_chains.LONGEST_TITLE].rstrip(),
        path=names,
        shared_at=None,
        created_at=act.now,
        changed_at=act.now,
    )
    stored = await work.topic_chains.add(chain, path_key)
    if stored.id == chain.id:
        await work.topics.add(_base_topics(act, chain))
    return stored


async def rename(work: TopicsWork, act: Act, *, chain_id: TopicChainId, title: str) -> TopicChain:
    """Give a topic chain of the actor's another title; its path stays. Raises InvalidInputError or NotFoundError."""
    title = topic_chains.checked_title(title, field="title")
    chain = await own(work, act, chain_id, field="id")
    return await _saved(work, act, replace(chain, title=title))


async def set_shared(work: TopicsWork, act: Act, *, chain_id: TopicChainId, is_shared: bool) -> TopicChain:
    """Let all who have the public id read a topic chain of the actor's, or only the actor. Raises NotFoundError."""
    chain = await own(work, act, chain_id, field="id")
    if is_shared == (chain.shared_at is not None):
        return chain
    return await _saved(work, act, replace(chain, shared_at=act.now if is_shared else None))


async def remove(work: TopicsWork, act: Act, *, chain_id: TopicChainId) -> TopicChain:
    """Delete a topic chain of the actor's with its topics; raises NotFoundError."""
    removed = await work.topic_chains.remove(chain_id, owner_id=act.user_id)
    if removed is None:
        raise no_such_chain("id")
    return removed


async def own(work: TopicsWork, act: Act, chain_id: TopicChainId, *, field: str) -> TopicChain:
    """Return a topic chain of the actor's, locked until the commit; raises NotFoundError."""
    chain = await work.topic_chains.lock(chain_id, owner_id=act.user_id)
    if chain is None:
        raise no_such_chain(field)
    return chain


def no_such_chain(field: str) -> NotFoundError:
    """Return the refusal of a chain that is not the actor's, or is gone."""
    return NotFoundError("You have no such topic chain.", field=field)


async def _saved(work: TopicsWork, act: Act, chain: TopicChain) -> TopicChain:
    changed = replace(chain, changed_at=act.now)
    await work.topic_chains.save(changed)
    return changed


def _base_topics(act: Act, chain: TopicChain) -> list[Topic]:
    """Return a topic for each name of the path, each below the one before."""
    topics: list[Topic] = []
    for depth, name in enumerate(chain.path):
        topics.append(
            Topic(
                id=TopicId(act.mint("topic")),
                chain_id=chain.id,
                parent_id=topics[-1].id if topics else None,
                name=name,
                description="",
                difficulty=0,
                depth=depth,
                is_base=True,
                is_generated=False,
                explored_at=None,
                created_at=act.now,
            )
        )
    return topics
