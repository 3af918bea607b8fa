"""Sections of a thread by the offline author."""

from typing import Any

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources

_SECTIONS = (
    ("What {topic} is", "Its purpose and its basic terms."),
    ("How {topic} works", "Its parts, and what they do together."),
    ("Using {topic}", "Examples and common mistakes."),
    ("Beyond {topic}", "What builds on it."),
)


def write(request: AiRequest) -> dict[str, Any]:
    """Write the sections of a thread about `topic`."""
    topic = sources.value(request, "topic", "this subject")[:60]
    return {
        "sections": [
            {"title": title.format(topic=topic), "description": description}
            for title, description in _SECTIONS
        ]
    }
