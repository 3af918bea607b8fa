"""Offline author: a provider that needs no language model and no key, and gives the same answer to the same request.

It writes from the values and quoted texts of the request alone, with one generator for each purpose.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

from domain.ai import tokens
from domain.ai.requests import AiRequest, Purpose
from gateway.ai.offline import (
    chats,
    explanations,
    quizzes,
    roadmaps,
    sections,
    suggestions,
    titles,
    topics,
)
from gateway.ai.providers import ProviderCall, TokenCounts

_GENERATORS: Mapping[Purpose, Callable[[AiRequest], Any]] = {
    Purpose.ROADMAP: roadmaps.write,
    Purpose.QUIZ: quizzes.write,
    Purpose.TOPICS: topics.write,
    Purpose.EXPLANATION: explanations.write,
    Purpose.CHAT: chats.write,
    Purpose.TITLE: titles.write,
    Purpose.SUGGESTIONS: suggestions.write,
    Purpose.SECTIONS: sections.write,
}
_PIECE = re.compile(r"\S*\s*\S*\s*\S*\s*")
"""Up to three words with the white space behind each."""


class OfflineAuthor:
    """The deterministic author; it pauses for `pause_s` seconds after each piece of a text, as a model does."""

    def __init__(self, pause_s: float = 0) -> None:
        self._pause_s = pause_s

    async def pieces(self, call: ProviderCall, _: str) -> AsyncGenerator[str | TokenCounts, None]:
        """Yield the answer in pieces of three words, and about as many tokens as a model would have spent."""
        written = _GENERATORS[call.request.purpose](call.request)
        text = written if call.schema is None else json.dumps(written, ensure_ascii=False)
        for piece in _PIECE.findall(text):
            if piece:
                yield piece
                if self._pause_s and call.schema is None:
                    await asyncio.sleep(self._pause_s)
        yield TokenCounts(tokens_in=sum(map(tokens.estimated, call.texts)), tokens_out=tokens.estimated(text))
