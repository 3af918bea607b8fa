"""Explanations by the offline author: what was asked, what was answered, and what is right."""

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources


def write(request: AiRequest) -> str:
    """Write why the right answer of a closed question is right."""
    question = sources.value(request, "question", "the question")
    answer = sources.value(request, "answer", "no answer")
    key = sources.value(request, "key", "the right answer")
    reason = sources.value(request, "explanation", "Compare the two answers word by word.")
    return f"The question was: {question}\n\nYou answered: {answer}\n\nRight is: **{key}**\n\n{reason}"
