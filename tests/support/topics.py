"""Topic chains through the schema in tests."""

from typing import Any

from domain.accounts.users import Viewer
from tests.support.accounts import accepted
from tests.support.schema_client import Asker

TOPIC = "id name difficulty description depth isBase isGenerated exploredAt path"
CHAIN = f"id publicId title path sharedAt progress {{ topics explored }} baseTopics {{ {TOPIC} }}"
READ = f"""query ($code: String!) {{ topicChain(publicId: $code) {{ {CHAIN}
  topics(first: 100) {{ nodes {{ {TOPIC} parent {{ name }} }} }} nextTopics {{ name }} }} }}"""


async def a_chain(ask: Asker, viewer: Viewer, path: str = "Python > Functions") -> dict[str, Any]:
    """Create a topic chain, and return it."""
    payload = await accepted(ask, viewer, "createTopicChain", f"chain {{ {CHAIN} }}", path=path)
    chain: dict[str, Any] = payload["chain"]
    return chain


async def a_subtopic(
    ask: Asker, viewer: Viewer, parent_id: str, name: str = "Closures", **given: Any
) -> dict[str, Any]:
    """Add a subtopic, and return it."""
    payload = await accepted(
        ask, viewer, "addTopic", f"topic {{ {TOPIC} }}", parentId=parent_id, name=name, **given
    )
    topic: dict[str, Any] = payload["topic"]
    return topic


async def read_chain(ask: Asker, viewer: Viewer | None, code: str) -> dict[str, Any] | None:
    """Return a chain by its public id, with its topics."""
    found: dict[str, Any] | None = (await ask.data(READ, viewer, code=code))["topicChain"]
    return found
