"""Generated topics: the shape of what a language model answers, and what is wrong with an answer by our rules."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from domain.ai.requests import OutputShape
from domain.entities import entity
from domain.errors import DomainError
from domain.topics import topic_paths, topics
from domain.topics.topics import HARDEST, LONGEST_DESCRIPTION

MOST_GENERATED = 20
"""How many topics one request generates at most."""


@entity
class GeneratedTopic:
    """A topic as a language model wrote it."""

    name: str
    difficulty: int
    description: str


SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["topics"],
    "properties": {
        "topics": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_GENERATED,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "difficulty", "description"],
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": topic_paths.LONGEST_NAME},
                    "difficulty": {"type": "integer", "minimum": 0, "maximum": HARDEST},
                    "description": {"type": "string", "maxLength": LONGEST_DESCRIPTION},
                },
            },
        }
    },
}
"""The JSON Schema of an answer."""


def shape_for(existing: Collection[str]) -> OutputShape[list[GeneratedTopic]]:
    """Return the shape of an answer that brings at least one topic beside those that exist."""
    return OutputShape(read=read, schema=SCHEMA, check=_new_among(existing))


def read(answer: Any) -> list[GeneratedTopic]:
    """Read an answer; raises ValueError that says what does not fit the schema."""
    given = answer.get("topics") if isinstance(answer, dict) else None
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_GENERATED:
        raise ValueError(f"topics must be a list of 1 to {MOST_GENERATED} objects")
    return [_read(each, f"topics[{place}]") for place, each in enumerate(given)]


def fresh(generated: Collection[GeneratedTopic], existing: Collection[str]) -> list[GeneratedTopic]:
    """Return the topics whose names are new, each once, in whatever case they are written."""
    known = {topic_paths.key_of(name) for name in existing}
    found: dict[str, GeneratedTopic] = {}
    for topic in generated:
        key = topic_paths.key_of(topic.name)
        if key not in known:
            found.setdefault(key, topic)
    return list(found.values())


def _read(given: Any, at: str) -> GeneratedTopic:
    if not isinstance(given, dict):
        raise ValueError(f"{at} must be an object")  # noqa: TRY004 - the port asks for a ValueError
    name, difficulty, description = (given.get(key) for key in ("name", "difficulty", "description"))
    if not isinstance(name, str) or not isinstance(description, str):
        raise ValueError(f"{at}.name and {at}.description must be strings")  # noqa: TRY004 - as above
    if type(difficulty) is not int:
        raise ValueError(f"{at}.difficulty must be a whole number")
    try:
        return GeneratedTopic(
            name=topic_paths.checked_name(name, field=f"{at}.name"),
            difficulty=topics.checked_difficulty(difficulty, field=f"{at}.difficulty"),
            description=topics.checked_description(description, field=f"{at}.description"),
        )
    except DomainError as refusal:
        raise ValueError(refusal.message) from None


def _new_among(existing: Collection[str]) -> Callable[[list[GeneratedTopic]], list[str]]:
    def check(generated: list[GeneratedTopic]) -> list[str]:
        """Find that no topic is new."""
        return [] if fresh(generated, existing) else ["every topic is known already; name other ones"]

    return check
