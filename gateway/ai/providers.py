"""Providers: what answers a request to a language model, with one attempt."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from domain.ai.prompts import Conversation
from domain.ai.requests import AiRequest


@dataclass(frozen=True, slots=True)
class ProviderCall:
    """One attempt at one provider. `schema` is that of a JSON answer; without one the answer is Markdown.

    `request` is where the conversation came from, for the offline author; what goes over a network is the conversation.
    """

    request: AiRequest
    conversation: Conversation
    model: str
    schema: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """The tokens of an attempt, as the provider counted them."""

    tokens_in: int
    tokens_out: int


class ModelProvider(Protocol):
    """A provider of language models."""

    name: str

    def pieces(self, call: ProviderCall) -> AsyncGenerator[str | TokenCounts, None]:
        """Yield the pieces of the answer as they come, and what it spent last; raises AiUnavailableError."""
