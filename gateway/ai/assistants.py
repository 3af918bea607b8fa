"""Assistants as the settings want them: the providers, behind the port to language models."""

import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

from domain.ids import Mint
from domain.service_status.dependencies import Breakers
from domain.work import OpenWork
from gateway.ai import prompt_files
from gateway.ai.chained_assistant import ChainedAssistant
from gateway.ai.offline_author import OfflineAuthor
from gateway.ai.provider_chain import Patience, ProviderChain
from gateway.ai.providers import ModelProvider
from gateway.settings.ai import OFFLINE, AiSettings

_MODULE = "gateway.ai.network_providers"
"""Imported only where a provider is set: it takes seconds, and needs the packages of the extra `ai`."""


_PAUSE_S = 0.05
"""Seconds between two pieces of the offline author, so that its answers can be followed and cancelled."""


@asynccontextmanager
async def opened(
    settings: AiSettings,
    breakers: Breakers,
    open_step: OpenWork,
    *,
    now: Callable[[], datetime],
    mint: Mint,
) -> AsyncIterator[ChainedAssistant]:
    """Open the providers, and close their connections at the end."""
    async with AsyncExitStack() as stack:
        providers: dict[str, ModelProvider] = {OFFLINE: OfflineAuthor(_PAUSE_S)}
        for name, given in settings.ai_providers.items():
            kind, _, url = given.partition("+")
            key = settings.ai_keys[name].get_secret_value() if name in settings.ai_keys else ""
            providers[name] = await stack.enter_async_context(
                importlib.import_module(_MODULE).opened(name, kind, url, key, silence_s=settings.ai_silence_s)
            )
        patience = Patience(
            timeout_s=settings.ai_timeout_s, silence_s=settings.ai_silence_s, tries=settings.ai_tries
        )
        yield ChainedAssistant(
            chain=ProviderChain(providers, breakers, patience),
            models=settings.offered_models,
            quotas=settings.ai_quotas,
            prompts=prompt_files.shipped(),
            open_step=open_step,
            now=now,
            mint=mint,
        )
