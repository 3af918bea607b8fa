"""Providers: what answers a request to a language model, with one attempt."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from domain.ai.assistants import Before
from domain.ai.errors import AiUnavailableError
from domain.ai.prompts import Conversation
from domain.ai.requests import AiRequest
from domain.errors import DomainError


@dataclass(frozen=True, slots=True)
class ProviderCall:
    """A request as providers get it. `schema` is that of a JSON answer; without one the answer is Markdown.

    `before` runs each time before a provider is asked. `request` is where the conversation came from, for the offline
    author; what goes over a network is the conversation.
    """

    request: AiRequest
    conversation: Conversation
    schema: Mapping[str, Any] | None
    before: Before | None = None

    @property
    def texts(self) -> list[str]:
        """All that is sent."""
        return [self.conversation.system, *(turn.text for turn in self.conversation.turns)]


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """The tokens of an attempt, as the provider counted them."""

    tokens_in: int
    tokens_out: int


class ProviderFailedError(AiUnavailableError):
    """A provider failed. `retry_in_s` is the pause that it asked for, if any; `is_final`: it would fail again.

    `is_timeout`: it has the request and did not answer in time, so that it may charge for it.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_in_s: float | None = None,
        is_final: bool = False,
        is_timeout: bool = False,
    ) -> None:
        super().__init__(message)
        self.is_timeout = is_timeout
        self.retry_in_s = retry_in_s
        self.is_final = is_final


class PromptRefusedError(DomainError):
    """A model does not take this request; it works, so that this is no failure of the provider."""


class ModelProvider(Protocol):
    """A provider of language models."""

    def pieces(self, call: ProviderCall, model: str) -> AsyncGenerator[str | TokenCounts, None]:
        """Yield the pieces of an answer as they come, and its tokens if they are known.

        Raises ProviderFailedError, and PromptRefusedError for a request that the model does not take. Closing the
        generator closes the connection.
        """
