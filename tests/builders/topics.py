"""Topics in tests."""

from typing import Any

from domain.ids import TopicChainId, TopicId
from domain.topics.topics import Topic
from tests.builders import mint
from tests.builders.acts import NOON


def a_topic(**values: Any) -> Topic:
    """Build a topic that was not explored."""
    given = {
        "id": TopicId(mint("topic")),
        "chain_id": TopicChainId(mint("topicchain")),
        "parent_id": None,
        "name": "Functions",
        "description": "",
        "difficulty": 0,
        "depth": 0,
        "is_base": False,
        "is_generated": False,
        "explored_at": None,
        "created_at": NOON,
    }
    return Topic(**given | values)
