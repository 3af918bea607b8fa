"""Suggested questions by the offline author: what may follow a question and its answer."""

from typing import Any

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources

_ABOUT = (
    "What is {word} for?",
    "Can you give an example of {word}?",
    "Which mistakes do beginners make with {word}?",
)


def write(request: AiRequest) -> dict[str, Any]:
    """Write questions about the words of `question`, or about `topic` where it has none."""
    topic = sources.value(request, "topic", "this subject")[:60]
    words = sources.words(request.quoted.get("question", ""))[:3] or [topic]
    questions = [_ABOUT[place % len(_ABOUT)].format(word=word[:60]) for place, word in enumerate(words)]
    return {"questions": [*questions, "How do I know that I have understood this?"]}
