"""Roadmaps by the offline author: steps that follow each other, more for beginners, each as long as a week allows."""

from typing import Any

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources

_STEPS = (
    ("overview", "What {topic} is", "You will be able to say what {topic} is for, and name its parts.", "CONCEPT", 0),
    ("first-steps", "First steps in {topic}", "You will be able to follow a small example to its end.", "EXERCISE", 0),
    ("foundations", "Foundations of {topic}", "You will be able to explain the basic terms.", "CONCEPT", 1),
    ("practice", "Practice of {topic}", "You will be able to solve small tasks without a model.", "EXERCISE", 2),
    ("mistakes", "Common mistakes", "You will be able to find and correct what beginners do wrong.", "CONCEPT", 2),
    ("depth", "{topic} in depth", "You will be able to say how its parts work together, and why.", "READING", 2),
    ("project", "A project of your own", "You will be able to plan and make something of your own.", "PROJECT", 2),
)  # fmt: skip
"""Key, title, description and kind of each step, and up to which level it is for: 0 for beginners alone."""
_LEVELS = {"BEGINNER": 0, "INTERMEDIATE": 1, "ADVANCED": 2}
_DIFFICULTIES = ("EASY", "MEDIUM", "HARD")
_MOST_MINUTES = 1_200
_AGAIN = (
    (
        "{title}, with an example",
        "Work through one example of {topic}, and say at each step why it is taken.",
    ),
    ("{title}, step by step", "Take {topic} in small steps, and check each before the next one."),
    ("{title}, in your own words", "Explain this part of {topic} to someone, and note what they ask."),
)
_LONGEST_TITLE = 90


def write(request: AiRequest) -> dict[str, Any]:
    """Write a roadmap about `topic`, or one `node` of it once more."""
    topic = sources.value(request, "topic", "this subject")[:60]
    return _node(request, topic) if "node" in request.quoted else _roadmap(request, topic)


def _roadmap(request: AiRequest, topic: str) -> dict[str, Any]:
    level = _LEVELS.get(str(request.values.get("level", "")).upper(), 0)
    hours, goal = sources.number(request, "hours", 5), sources.value(request, "goal")
    steps = [step for step in _STEPS if step[-1] >= level]
    keys = [key for key, *_ in steps]
    aim = f" It leads to this: {goal[:500]}" if goal else ""
    return {
        "title": topic,
        "description": f"A way through {topic} in about {len(steps)} weeks of {hours} hours.{aim}",
        "nodes": [
            {
                "key": key,
                "title": title.format(topic=topic),
                "description": description.format(topic=topic),
                "kind": kind,
                "difficulty": _DIFFICULTIES[max(level, min(2, place // 3))],
                "minutes": min(hours * 60, _MOST_MINUTES),
                "needs": [keys[place - 1]] if place else [],
            }
            for place, (key, title, description, kind, _) in enumerate(steps)
        ],
    }


def _node(request: AiRequest, topic: str) -> dict[str, Any]:
    variant = sources.number(request, "variant", 0)
    title, description = _AGAIN[variant % len(_AGAIN)]
    level = _LEVELS.get(str(request.values.get("level", "")).upper(), 0)
    before = sources.value(request, "node", "This step").split(", ")[0]
    return {
        "node": {
            "key": "node",
            "title": title.format(title=before[:_LONGEST_TITLE]),
            "description": description.format(topic=topic),
            "kind": "EXERCISE",
            "difficulty": _DIFFICULTIES[level],
            "minutes": 60,
        }
    }
