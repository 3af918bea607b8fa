"""Titles by the offline author: the first words of what was said."""

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources

_WORDS = 6
_LONGEST = 60


def write(request: AiRequest) -> str:
    """Write a title of up to six words."""
    said = " ".join([*sources.sentences(request), *(turn.text for turn in request.turns)])
    return " ".join(said.split()[:_WORDS])[:_LONGEST].rstrip(" .,;:!?") or "Untitled"
