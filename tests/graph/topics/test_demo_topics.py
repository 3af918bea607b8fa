"""Demo topics: a demo learner has explored a chain and shares it, by the same verbs as clients."""

import pytest

from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands.demo import demo_topics
from tests.support.schema_client import Asker, viewer_of
from tests.support.topics import read_chain

CHAINS = """{ viewer { topicChains { nodes { title publicId progress { topics explored } nextTopics { name } } } } }"""


async def test_a_demo_learner_has_explored_a_chain(ask: Asker) -> None:
    user, _ = await ask.learner(handle=demo_topics.EXPLORER)

    await demo_topics.explore(ask.postgres, now=secrets_and_ids.now())

    (chain,) = (await ask.data(CHAINS, viewer_of(user.id)))["viewer"]["topicChains"]["nodes"]
    assert chain["title"] == "Python > Functions"
    assert chain["progress"] == {"topics": 7, "explored": 4}
    assert [topic["name"] for topic in chain["nextTopics"]] == ["Recursion", "Closures", "Decorators"]
    assert await read_chain(ask, None, chain["publicId"]) is not None


@pytest.mark.slow
async def test_without_the_learner_nothing_is_made(ask: Asker) -> None:
    await demo_topics.explore(ask.postgres, now=secrets_and_ids.now())

    async with ask.postgres.open_reads(Meter()) as reads:
        assert await reads.connection.raw.fetchval("SELECT count(*) FROM topic_chains") == 0
