"""Network providers: language models over HTTP, which speak like OpenAI's chat completions or Anthropic's messages.

pydantic-ai and its clients are imported here alone, so that a process without a provider does not load them.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import httpx2
from anthropic import AnthropicError
from openai import OpenAIError
from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRequestRejectedError,
)
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    SystemPromptPart,
    TextPart,
    TextPartDelta,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.settings import ModelSettings

from domain.ai.prompts import Conversation
from domain.ai.requests import Speaker
from gateway import version
from gateway.ai.capped_transport import CappedTransport
from gateway.ai.providers import PromptRefusedError, ProviderCall, ProviderFailedError, TokenCounts

CONNECT_S = 5.0
_ANTHROPIC = "anthropic"
_WHOLE_ANSWERS = OpenAIModelProfile(openai_chat_streaming_requires_finish_reason=True)
"""A stream that ends without saying why was cut off."""


class NetworkProvider:
    """A provider at an address."""

    def __init__(self, name: str, kind: str, url: str, key: str, client: httpx2.AsyncClient) -> None:
        self._kind = kind
        self._provider: Any = (
            AnthropicProvider(base_url=url, api_key=key or "none", http_client=client)
            if kind == _ANTHROPIC
            else OpenAICompatibleProvider(name, base_url=url, api_key=key or "none", http_client=client)
        )

    async def pieces(self, call: ProviderCall, model: str) -> AsyncGenerator[str | TokenCounts, None]:
        """Yield the pieces of an answer as they come, and its tokens if they are known."""
        settings = ModelSettings(max_tokens=call.request.longest, max_retries=0)
        chosen = self._model(model)
        takes_schema = bool(chosen.profile.get("supports_json_schema_output", False))
        asked = model_request_stream(
            chosen,
            _messages(call.conversation, None if takes_schema else call.schema),
            model_settings=settings,
            model_request_parameters=_parameters(self._kind, call) if takes_schema else None,
            instrument=False,
        )
        try:
            async with asked as stream:
                async for event in stream:
                    piece = _text_of(event)
                    if piece:
                        yield piece
                used = stream.usage
                if used.output_tokens:
                    yield TokenCounts(tokens_in=used.input_tokens, tokens_out=used.output_tokens)
                if stream.finish_reason is None:
                    raise ProviderFailedError("The answer broke off.")
                if stream.finish_reason == "content_filter":
                    raise PromptRefusedError("The model broke off its answer.")
        except (AgentRunError, OpenAIError, AnthropicError, httpx2.HTTPError, ValueError) as error:
            raise _failure(error) from error

    def _model(self, name: str) -> Model:
        if self._kind == _ANTHROPIC:
            return AnthropicModel(name, provider=self._provider)
        return OpenAIChatModel(name, provider=self._provider, profile=_WHOLE_ANSWERS)


@asynccontextmanager
async def opened(
    name: str, kind: str, url: str, key: str, *, silence_s: float
) -> AsyncIterator[NetworkProvider]:
    """Open a provider, and close its connections at the end; it uses no proxy and follows no redirect."""
    async with httpx2.AsyncClient(
        transport=CappedTransport(httpx2.AsyncHTTPTransport()),
        timeout=httpx2.Timeout(silence_s, connect=CONNECT_S),
        headers={"User-Agent": f"QuestPath/{version.installed()}"},
        follow_redirects=False,
        trust_env=False,
    ) as client:
        yield NetworkProvider(name, kind, url, key, client)


def _messages(conversation: Conversation, schema: Mapping[str, Any] | None) -> list[ModelMessage]:
    """Return the conversation in the library's words; the instructions stand before the first turn.

    A schema stands in them for a model that does not take it in another way.
    """
    system = conversation.system
    if schema is not None:
        system += f"\n\nThe schema of the answer:\n{json.dumps(schema)}"
    found: list[ModelMessage] = []
    for turn in conversation.turns:
        if turn.speaker is Speaker.AUTHOR:
            found.append(ModelResponse(parts=[TextPart(content=turn.text)]))
            continue
        instructions = [] if found else [SystemPromptPart(content=system)]
        found.append(ModelRequest(parts=[*instructions, UserPromptPart(content=turn.text)]))
    return found


def _parameters(kind: str, call: ProviderCall) -> ModelRequestParameters:
    if call.schema is None:
        return ModelRequestParameters()
    strict = None if kind == _ANTHROPIC else False  # a strict schema of OpenAI's may leave nothing out
    shape = OutputObjectDefinition(json_schema=dict(call.schema), name=call.request.prompt, strict=strict)
    return ModelRequestParameters(output_mode="native", output_object=shape, allow_text_output=True)


def _text_of(event: object) -> str | None:
    """Return the text of an event, if it has any; what a model thinks before its answer is left out."""
    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        return event.part.content
    if isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        return event.delta.content_delta
    return None


def _failure(error: Exception) -> ProviderFailedError | PromptRefusedError:
    """Return what an error of the library means; its text is not passed on, because it may quote the request."""
    if isinstance(error, ModelAuthenticationError | ModelNotFoundError | ModelQuotaExceededError):
        return ProviderFailedError("The provider does not take the key or the model.", is_final=True)
    status_code = error.status_code if isinstance(error, ModelHTTPError) else None
    if isinstance(error, ModelRequestRejectedError) or status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return PromptRefusedError("The model did not take the request.")
    pause = error.retry_after if isinstance(error, ModelAPIError) else None
    status = f" with status {status_code}" if status_code else ""
    is_timeout = _is_from(error, httpx2.ReadTimeout)
    return ProviderFailedError(f"The provider failed{status}.", retry_in_s=pause, is_timeout=is_timeout)


def _is_from(error: BaseException | None, kind: type[Exception]) -> bool:
    """Tell whether an error is of a kind, or was raised from one that is."""
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error is not None
