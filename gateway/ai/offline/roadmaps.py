"""Roadmaps by the offline author: six steps that follow each other, in the words of the file format of roadmaps."""

from typing import Any

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources

_STEPS = (
    ("overview", "What {topic} is", "You will be able to say what {topic} is for, and name its parts.", "CONCEPT"),
    ("first-steps", "First steps in {topic}", "You will be able to follow a small example to its end.", "EXERCISE"),
    ("foundations", "Foundations of {topic}", "You will be able to explain the basic terms.", "CONCEPT"),
    ("practice", "Practice of {topic}", "You will be able to solve small tasks without a model.", "EXERCISE"),
    ("mistakes", "Common mistakes", "You will be able to find and correct what beginners do wrong.", "CONCEPT"),
    ("project", "A project of your own", "You will be able to plan and make something of your own.", "PROJECT"),
)  # fmt: skip


def write(request: AiRequest) -> dict[str, Any]:
    """Write a roadmap about `topic`."""
    topic = sources.value(request, "topic", "this subject")
    keys = [key for key, *_ in _STEPS]
    return {
        "title": topic[:80],
        "description": f"A way through {topic[:80]}, from the first look to a project of your own.",
        "nodes": [
            {
                "key": key,
                "title": title.format(topic=topic[:60]),
                "description": description.format(topic=topic[:60]),
                "kind": kind,
                "weight": 1,
                "prerequisites": [{"mode": "ALL", "nodes": [keys[place - 1]]}] if place else [],
            }
            for place, (key, title, description, kind) in enumerate(_STEPS)
        ],
    }
