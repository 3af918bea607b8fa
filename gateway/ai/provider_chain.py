"""Provider chain: asks one model after the other until one answers, with timeouts, pauses and circuit breakers."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

import structlog

from domain.ai import tokens
from domain.ai.errors import AiUnavailableError
from domain.ai.models import Model
from domain.dependency_table import AI_PROVIDER
from domain.service_status.dependencies import Breakers
from gateway.ai.providers import (
    ModelProvider,
    PromptRefusedError,
    ProviderCall,
    ProviderFailedError,
    TokenCounts,
)

LONGEST_PAUSE_S = 10.0
"""The longest pause before a model is asked again; if its provider asks for a longer one, the next model is asked."""
FIRST_PAUSE_S = 0.5
MOST_CHARACTERS = 400_000
"""How many characters of an answer are read; no shape needs more."""
_log = structlog.get_logger("gateway.ai.provider_chain")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a request to a provider may take, how long it may send nothing, and how often a model is asked."""

    timeout_s: float = 120
    silence_s: float = 30
    tries: int = 2
    pause_s: float = FIRST_PAUSE_S


@dataclass(slots=True)
class Tally:
    """What a call has used so far, over all requests to providers; `model` is the last one that was asked."""

    model: Model
    attempts: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0

    def add(self, model: Model, counts: TokenCounts) -> None:
        """Add the tokens of one request."""
        self.tokens_in += counts.tokens_in
        self.tokens_out += counts.tokens_out
        self.cost += model.cost(counts.tokens_in, counts.tokens_out)


class Restarted:
    """What stands between the pieces of an answer that broke off and those of the next one."""


@dataclass(slots=True)
class _Heard:
    """What came of one request to a provider; `may_cost` says that we left it while the provider worked on it."""

    characters: int = 0
    bytes: int = 0
    counts: TokenCounts | None = None
    may_cost: bool = False


@dataclass(frozen=True, slots=True)
class ProviderChain:
    """The providers by name, and how patient we are with them."""

    providers: Mapping[str, ModelProvider]
    breakers: Breakers
    patience: Patience = field(default_factory=Patience)
    fraction: Callable[[], float] = random.random

    async def pieces(
        self, call: ProviderCall, models: Sequence[Model], tally: Tally, *, may_restart: bool
    ) -> AsyncGenerator[str | Restarted, None]:
        """Yield the pieces of an answer; raises AiUnavailableError once no model is left.

        Raises PromptRefusedError where every model works and none takes the request.

        Where it may restart, an answer that broke off is followed by a `Restarted` and the next one; otherwise the
        error is raised, because the caller has passed on the pieces already.
        """
        async with self.breakers.guard(AI_PROVIDER):
            failures: list[AiUnavailableError | PromptRefusedError] = []
            for model in models:
                for attempt in range(self.patience.tries):
                    heard = _Heard()
                    try:
                        async with aclosing(self._asked(call, model, tally, heard)) as pieces:
                            async for piece in pieces:
                                yield piece
                    except (AiUnavailableError, PromptRefusedError) as error:
                        failures.append(error)
                        _log.info("ai_attempt_failed", model=model.name, error=type(error).__name__)
                        if heard.characters and not may_restart:
                            raise AiUnavailableError("The answer broke off; ask again.") from error
                    else:
                        return
                    if heard.characters:
                        yield Restarted()
                    pause = self._pause(failures[-1], attempt)
                    if pause is None:
                        break
                    await asyncio.sleep(pause)
            if all(isinstance(failure, PromptRefusedError) for failure in failures):
                raise failures[-1]
            raise AiUnavailableError("No language model answers at present; try again later.")

    async def _asked(
        self, call: ProviderCall, model: Model, tally: Tally, heard: _Heard
    ) -> AsyncGenerator[str, None]:
        """Yield the pieces of one request to one provider, and count what it used, also if it breaks off."""
        if call.before is not None:
            await call.before()
        async with self.breakers.guard(AI_PROVIDER, model.provider):
            tally.model, tally.attempts = model, tally.attempts + 1
            try:
                pieces = self.providers[model.provider].pieces(call, model.name)
                async with aclosing(pieces), aclosing(self._in_time(pieces, heard)) as timed:
                    async for piece in timed:
                        if isinstance(piece, TokenCounts):
                            heard.counts = piece
                            continue
                        heard.characters += len(piece)
                        heard.bytes += len(piece.encode("utf-8", "surrogatepass"))
                        if heard.characters > MOST_CHARACTERS:
                            raise ProviderFailedError("The answer has no end.", is_final=True)
                        yield piece
                if not heard.characters:
                    raise PromptRefusedError("The model ended its answer without a word.")
            except (asyncio.CancelledError, GeneratorExit):
                heard.may_cost = True
                raise
            finally:
                tally.add(model, heard.counts or _estimate(call, heard))

    async def _in_time(
        self, pieces: AsyncGenerator[str | TokenCounts, None], heard: _Heard
    ) -> AsyncGenerator[str | TokenCounts, None]:
        """Yield pieces as long as they come in time; raises ProviderFailedError."""
        left = self.patience.timeout_s
        while True:
            began = asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(min(left, self.patience.silence_s)):
                    piece = await anext(pieces, None)
            except TimeoutError:
                heard.may_cost = True
                raise ProviderFailedError("It took too long.", is_timeout=True) from None
            except ProviderFailedError as error:
                heard.may_cost = error.is_timeout
                raise
            left -= asyncio.get_running_loop().time() - began
            if piece is None:
                return
            yield piece

    def _pause(self, failure: AiUnavailableError | PromptRefusedError, attempt: int) -> float | None:
        """Return how long to wait until the model is asked again; None where the next one is asked."""
        if not isinstance(failure, ProviderFailedError) or failure.is_final:
            return None
        if attempt + 1 >= self.patience.tries:
            return None
        pause = failure.retry_in_s
        if pause is None:
            pause = self.patience.pause_s * 2**attempt * (1 + self.fraction())
        return pause if pause <= LONGEST_PAUSE_S else None


def _estimate(call: ProviderCall, heard: _Heard) -> TokenCounts:
    """Return about what a request used that did not tell: nothing where the provider failed before its first word."""
    if not (heard.characters or heard.may_cost):
        return TokenCounts(0, 0)
    return TokenCounts(
        tokens_in=sum(map(tokens.estimated, call.texts)), tokens_out=tokens.of_bytes(heard.bytes)
    )
