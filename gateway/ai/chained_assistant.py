"""Chained assistant: the port to language models, which reserves, asks a chain of providers, and settles."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from domain.ai import calls, models, prompts, tokens
from domain.ai.assistants import Before, CallUsage, Heard, Written
from domain.ai.calls import AiCall, AiCallStatus
from domain.ai.errors import (
    AiOutputRefusedError,
    AiPaceReachedError,
    AiQuotaReachedError,
    AiUnavailableError,
)
from domain.ai.models import Model
from domain.ai.prompts import Prompts
from domain.ai.quotas import AiQuotas
from domain.ai.requests import AiRequest, OutputShape
from domain.ids import AiCallId, Mint
from domain.unit_of_work import Meter
from domain.work import OpenWork
from gateway.ai import answers
from gateway.ai.provider_chain import ProviderChain, Restarted, Tally
from gateway.ai.providers import PromptRefusedError, ProviderCall
from gateway.telemetry import ai_metrics
from gateway.telemetry.ai_metrics import AiMetrics

T = TypeVar("T")


@dataclass(slots=True)
class _Running:
    """A call that was reserved: what it may ask, and what it has used."""

    reserved: AiCall
    call: ProviderCall
    models: Sequence[Model]
    tally: Tally
    status: AiCallStatus = AiCallStatus.CANCELLED

    @property
    def usage(self) -> CallUsage:
        """What the call has used so far."""
        return CallUsage(
            call_id=self.reserved.id,
            model=self.tally.model.name,
            prompt_version=self.reserved.prompt_version,
            tokens_in=self.tally.tokens_in,
            tokens_out=self.tally.tokens_out,
            cost=self.tally.cost,
        )


@dataclass(frozen=True, slots=True)
class ChainedAssistant:
    """Asks the providers, in the name of callers who have a quota. `models` are those that may be asked."""

    chain: ProviderChain
    models: Sequence[Model]
    quotas: AiQuotas
    prompts: Prompts
    open_step: OpenWork
    now: Callable[[], datetime]
    mint: Mint
    metrics: AiMetrics = field(default_factory=AiMetrics)

    async def write(
        self,
        request: AiRequest,
        shape: OutputShape[T],
        *,
        before: Before | None = None,
        heard: Heard | None = None,
    ) -> Written[T]:
        """Return a value of the shape; a wrong answer is asked for once more, then AiOutputRefusedError is raised."""
        async with self._reserved(request, shape, before) as running:
            text = await self._answered(running, heard)
            value, findings = answers.judged(text, shape)
            if value is None:
                running.call = answers.with_findings(running.call, text, findings)
                value, findings = answers.judged(await self._answered(running, heard), shape)
            if value is None:
                raise AiOutputRefusedError(
                    f"The language model wrote nothing that can be kept: {findings[0]} Try again, or ask for less.",
                    findings=findings,
                )
            return answers.written(value[0], running.usage)

    async def text(self, request: AiRequest, *, before: Before | None = None) -> Written[str]:
        """Return an answer in Markdown; raises AiOutputRefusedError for an empty one."""
        async with self._reserved(request, None, before) as running:
            text = (await self._answered(running)).strip()
            if not text:
                raise AiOutputRefusedError("The answer was empty; try again.", findings=["It is empty."])
            return answers.written(text, running.usage)

    async def stream(self, request: AiRequest) -> AsyncGenerator[str | CallUsage, None]:
        """Yield the pieces of an answer in Markdown as they come, and the usage last; `aclose` ends the request."""
        async with self._reserved(request, None) as running:
            async with aclosing(self._pieces(running, may_restart=False)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, str):
                        yield piece
            running.status = AiCallStatus.ANSWERED
            yield running.usage

    async def _answered(self, running: _Running, heard: Heard | None = None) -> str:
        """Return a whole answer."""
        parts: list[str] = []
        length = 0
        async with aclosing(self._pieces(running, may_restart=True)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Restarted):
                    parts.clear()
                    length = 0
                    continue
                parts.append(piece)
                length += len(piece)
                if heard is not None:
                    await heard(length)
        return "".join(parts)

    def _pieces(self, running: _Running, *, may_restart: bool) -> AsyncGenerator[str | Restarted, None]:
        return self.chain.pieces(running.call, running.models, running.tally, may_restart=may_restart)

    @asynccontextmanager
    async def _reserved(
        self, request: AiRequest, shape: OutputShape[Any] | None, before: Before | None = None
    ) -> AsyncIterator[_Running]:
        """Reserve what a request may use, and settle what it used, however it ends."""
        running = await self._begun(request, shape, before)
        began = time.monotonic()
        try:
            yield running
            running.status = AiCallStatus.ANSWERED
        except AiOutputRefusedError:
            running.status = AiCallStatus.REFUSED
            raise
        except PromptRefusedError as error:
            running.status = AiCallStatus.REFUSED
            raise AiOutputRefusedError(
                "No language model takes this request; change its text.", findings=[error.message]
            ) from error
        except AiUnavailableError:
            running.status = AiCallStatus.UNAVAILABLE
            raise
        finally:
            await asyncio.shield(self._settle(running, time.monotonic() - began))

    async def _begun(
        self, request: AiRequest, shape: OutputShape[Any] | None, before: Before | None
    ) -> _Running:
        prompt = self.prompts[request.prompt]
        call = ProviderCall(
            request=request,
            conversation=prompts.conversation(prompt, request),
            schema=None if shape is None else shape.schema,
            before=before,
        )
        tokens_in = sum(map(tokens.estimated, call.texts))
        chosen = models.chain(
            self.models, name=request.model, purpose=request.purpose, tokens=tokens_in + request.longest
        )
        first = chosen[0]
        reserved = AiCall(
            id=AiCallId(self.mint("aicall")),
            caller_id=request.caller_id,
            purpose=request.purpose,
            prompt=prompt.name,
            prompt_version=prompt.version,
            model=first.name,
            provider=first.provider,
            status=AiCallStatus.RUNNING,
            attempts=0,
            tokens_in=tokens_in,
            tokens_out=request.longest,
            cost=max(model.cost(tokens_in, request.longest) for model in chosen),
            latency_ms=None,
            started_at=self.now(),
        )
        try:
            async with self.open_step(Meter()) as work:
                await calls.reserve(work, reserved, self.quotas.of(request.roles))
        except (AiQuotaReachedError, AiPaceReachedError) as error:
            is_pace = isinstance(error, AiPaceReachedError)
            self.metrics.refused(first.name, ai_metrics.PACE if is_pace else ai_metrics.QUOTA)
            raise
        return _Running(reserved, call, chosen, Tally(first))

    async def _settle(self, running: _Running, seconds: float) -> None:
        tally = running.tally
        ended = replace(
            running.reserved,
            model=tally.model.name,
            provider=tally.model.provider,
            status=running.status,
            attempts=tally.attempts,
            tokens_in=tally.tokens_in,
            tokens_out=tally.tokens_out,
            cost=tally.cost,
            latency_ms=round(1_000 * seconds),
        )
        self.metrics.ended(ended)
        async with self.open_step(Meter()) as work:
            await calls.settle(work, ended, reserved=running.reserved)
