"""The next topics of chains: what Postgres ranks is what the rule of the domain ranks."""

import random
from typing import Any

from domain.ids import TopicChainId
from domain.topics.next_topics import suggested
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.schema_client import Asker

_CHAIN = """INSERT INTO topic_chains (id, owner_id, public_id, title, path, path_key, created_at, changed_at)
    VALUES ($1, $2, $1, $1, '{a}', $1, $3, $3)"""
_TOPIC = """INSERT INTO topics (id, chain_id, parent_id, name, name_key, description, difficulty, depth, is_base,
    is_generated, explored_at, created_at) VALUES ($1, $2, $3, $1, $1, '', $4, $5, false, false, $6, $7)"""


async def a_tree(run: Any, ask: Asker, owner_id: str, dice: random.Random) -> TopicChainId:
    """Store a chain with a random tree of topics, of which some were explored."""
    chain_id = TopicChainId(mint("topicchain"))
    await run(_CHAIN, chain_id, owner_id, ask.clock())
    nodes: list[tuple[str, int]] = []
    share = dice.choice([0, 0.3, 0.8, 1])
    for _ in range(dice.choice([0, 1, 5, 30, 60])):
        above = dice.choice([None, *nodes]) if nodes else None
        depth = 0 if above is None else above[1] + 1
        id_ = mint("topic")
        explored_at = ask.clock() if dice.random() < share else None
        parent_id = None if above is None else above[0]
        await run(_TOPIC, id_, chain_id, parent_id, dice.randrange(11), depth, explored_at, ask.clock())
        if depth < 5:
            nodes.append((id_, depth))
    return chain_id


async def test_the_statement_ranks_as_the_rule_does(ask: Asker) -> None:
    user, _ = await ask.learner()
    other, _ = await ask.learner()
    dice = random.Random(7)
    async with ask.postgres.open_work(Meter()) as work:
        run = work.connection.raw.execute  # type: ignore[attr-defined]
        own = [await a_tree(run, ask, user.id, dice) for _ in range(40)]
        foreign = await a_tree(run, ask, other.id, dice)

    async with ask.postgres.open_reads(Meter()) as reads:
        asked = [*own[:20], foreign, *own[20:], TopicChainId(mint("topicchain"))]
        found = await reads.topics.next_of_chains(asked, owner_id=user.id)
        topics = await reads.topics.of_chains(asked, viewer_id=user.id)

    rule = [
        suggested(each) if chain_id in own else None for chain_id, each in zip(asked, topics, strict=True)
    ]
    assert found == rule
    assert {len(each) for each in found if each is not None} >= {0, 10}
