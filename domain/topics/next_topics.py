"""Next topics: what a learner may explore next, as a rule of what they have explored."""

from collections.abc import Sequence

from domain.topics.topics import Topic

MOST_NEXT = 10
"""How many topics are suggested."""


def suggested(topics: Sequence[Topic]) -> list[Topic]:
    """Return the topics of a chain that were not explored, the first ten.

    Those below an explored topic come first, then the easiest, then those with fewer topics above, then the oldest.
    """
    explored = {topic.id for topic in topics if topic.explored_at is not None}
    waiting = [topic for topic in topics if topic.id not in explored]
    waiting.sort(key=lambda topic: _rank(topic, is_below=topic.parent_id in explored))
    return waiting[:MOST_NEXT]


def _rank(topic: Topic, *, is_below: bool) -> tuple[bool, int, int, str]:
    return not is_below, topic.difficulty, topic.depth, topic.id
