"""Topics by the offline author: subtopics of a path, from easy to hard."""

from typing import Any

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources

_TOPICS = (
    ("Basics of {topic}", "What it is for, and its basic terms."),
    ("{topic} step by step", "A small example from start to end."),
    ("{topic} in practice", "Where it is used, and how."),
    ("Limits of {topic}", "Where it does not help, and what does."),
    ("{topic} in depth", "How it works inside."),
)


def write(request: AiRequest) -> dict[str, Any]:
    """Write subtopics of the last part of `path`, with difficulties from 0."""
    topic = sources.value(request, "path", "this subject").split(">")[-1].strip()[:60]
    return {
        "topics": [
            {"name": name.format(topic=topic), "description": description, "difficulty": difficulty}
            for difficulty, (name, description) in enumerate(_TOPICS)
        ]
    }
