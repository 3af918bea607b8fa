"""Suggested questions by the offline author: what may follow a question and its answer."""

from typing import Any

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources

_ABOUT = (
    "What is {word} for?",
    "Can you give an example of {word}?",
    "Which mistakes do beginners make with {word}?",
)
_OTHERWISE = ("Can you give an example?", "Which mistakes do beginners make here?")
_LAST = "How do I know that I have understood this?"


def write(request: AiRequest) -> dict[str, Any]:
    """Write questions about what `question` is about, or about `topic` where the question does not say it."""
    words = sources.keywords(request.quoted.get("question", "")) or sources.keywords(_last_part(request))
    if not words:
        return {"questions": [*_OTHERWISE, _LAST]}
    questions = [each.format(word=words[place % len(words)][:60]) for place, each in enumerate(_ABOUT)]
    return {"questions": [*questions, _LAST]}


def _last_part(request: AiRequest) -> str:
    """Return the last part of a topic that is a path."""
    return sources.value(request, "topic").split(">")[-1]
