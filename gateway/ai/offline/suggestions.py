"""Suggested questions by the offline author."""

from typing import Any

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources

_QUESTIONS = (
    "What is {topic} for?",
    "How do I begin with {topic}?",
    "Which mistakes do beginners make with {topic}?",
    "How do I know that I understand {topic}?",
)


def write(request: AiRequest) -> dict[str, Any]:
    """Write questions about `topic`."""
    topic = sources.value(request, "topic", "this subject")[:60]
    return {"questions": [question.format(topic=topic) for question in _QUESTIONS]}
