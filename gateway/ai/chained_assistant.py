"""Chained assistant: the port to language models, on a chain of providers."""

import json
from collections.abc import AsyncGenerator
from typing import Any, TypeVar

from domain.ai import prompts
from domain.ai.assistants import CallUsage, Written
from domain.ai.errors import AiOutputRefusedError, UnknownModelError
from domain.ai.prompts import Conversation, Prompts
from domain.ai.requests import AiRequest, OutputShape, Speaker, Turn
from domain.ids import AiCallId, Mint
from gateway.ai import offline_author
from gateway.ai.providers import ModelProvider, ProviderCall, TokenCounts

T = TypeVar("T")


class ChainedAssistant:
    """Asks the providers."""

    def __init__(self, provider: ModelProvider, prompts: Prompts, *, mint: Mint) -> None:
        self._provider = provider
        self._prompts = prompts
        self._mint = mint

    async def write(self, request: AiRequest, shape: OutputShape[T]) -> Written[T]:
        """Return a value of the shape; a wrong answer is asked for once more, then AiOutputRefusedError is raised."""
        call = self._call(request, shape)
        text, usage = await self._asked(call)
        value, findings = _judged(text, shape)
        if value is None:
            again = prompts_with_findings(call, text, findings)
            text, usage = await self._asked(again)
            value, findings = _judged(text, shape)
        if value is None:
            raise AiOutputRefusedError("The answer was not fit to keep; try again.", findings=findings)
        return _written(value[0], usage)

    async def text(self, request: AiRequest) -> Written[str]:
        """Return an answer in Markdown; raises AiOutputRefusedError for an empty one."""
        text, usage = await self._asked(self._call(request, None))
        if not text.strip():
            raise AiOutputRefusedError("The answer was empty; try again.", findings=["the answer is empty"])
        return _written(text.strip(), usage)

    async def stream(self, request: AiRequest) -> AsyncGenerator[str | CallUsage, None]:
        """Yield the pieces of an answer in Markdown as they come, and the usage last; `aclose` ends the request."""
        call = self._call(request, None)
        pieces = self._provider.pieces(call)
        try:
            async for piece in pieces:
                yield self._usage(call, piece) if isinstance(piece, TokenCounts) else piece
        finally:
            await pieces.aclose()

    def _call(self, request: AiRequest, shape: OutputShape[Any] | None) -> ProviderCall:
        if request.model not in {None, offline_author.MODEL}:
            raise UnknownModelError("Choose one of the models that the platform offers.", field="model")
        return ProviderCall(
            request=request,
            conversation=prompts.conversation(self._prompts[request.prompt], request),
            model=request.model or offline_author.MODEL,
            schema=None if shape is None else shape.schema,
        )

    async def _asked(self, call: ProviderCall) -> tuple[str, CallUsage]:
        text, spent = "", TokenCounts(0, 0)
        async for piece in self._provider.pieces(call):
            if isinstance(piece, TokenCounts):
                spent = piece
            else:
                text += piece
        return text, self._usage(call, spent)

    def _usage(self, call: ProviderCall, spent: TokenCounts) -> CallUsage:
        return CallUsage(
            call_id=AiCallId(self._mint("aicall")),
            model=call.model,
            prompt_version=self._prompts[call.request.prompt].version,
            tokens_in=spent.tokens_in,
            tokens_out=spent.tokens_out,
            cost=0,
        )


def prompts_with_findings(call: ProviderCall, answer: str, findings: list[str]) -> ProviderCall:
    """Return the call that asks once more, with the answer that was refused and why."""
    said = "Your answer was refused. Answer once more, and correct this:\n" + "\n".join(
        f"- {finding}" for finding in findings
    )
    turns = (
        *call.conversation.turns,
        Turn(speaker=Speaker.AUTHOR, text=answer),
        Turn(speaker=Speaker.LEARNER, text=said),
    )
    return ProviderCall(
        request=call.request,
        conversation=Conversation(system=call.conversation.system, turns=turns),
        model=call.model,
        schema=call.schema,
    )


def _judged(text: str, shape: OutputShape[T]) -> tuple[tuple[T] | None, list[str]]:
    """Return the value in a tuple of its own, or the findings."""
    try:
        value = shape.read(json.loads(text))
    except (ValueError, RecursionError) as error:
        return None, [str(error)]
    findings = shape.check(value)
    return (None if findings else (value,)), findings


def _written(value: T, usage: CallUsage) -> Written[T]:
    return Written(
        value=value,
        call_id=usage.call_id,
        model=usage.model,
        prompt_version=usage.prompt_version,
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
        cost=usage.cost,
    )
