"""Assistants of tests: the offline author, or any providers, behind the port to language models."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from domain.accounts.users import Role
from domain.ai.models import Model
from domain.ai.quotas import AiQuotas
from domain.service_status.dependencies import Breakers
from domain.work import OpenWork
from gateway.ai import prompt_files
from gateway.ai.chained_assistant import ChainedAssistant
from gateway.ai.offline_author import OfflineAuthor
from gateway.ai.provider_chain import Patience, ProviderChain
from gateway.ai.providers import ModelProvider
from gateway.settings.ai import OFFLINE, OFFLINE_MODEL
from tests.builders import mint

PLENTY = AiQuotas(requests={Role.LEARNER: 10_000}, tokens={Role.LEARNER: 100_000_000}, per_minute=10_000)


def assistant_of(
    providers: Mapping[str, ModelProvider],
    models: Sequence[Model],
    breakers: Breakers,
    open_step: OpenWork,
    *,
    now: Callable[[], datetime],
    quotas: AiQuotas = PLENTY,
    patience: Patience | None = None,
) -> ChainedAssistant:
    return ChainedAssistant(
        chain=ProviderChain(providers, breakers, patience or Patience()),
        models=models,
        quotas=quotas,
        prompts=prompt_files.shipped(),
        open_step=open_step,
        now=now,
        mint=mint,
    )


def offline_assistant(
    breakers: Breakers, open_step: OpenWork, *, now: Callable[[], datetime]
) -> ChainedAssistant:
    return assistant_of({OFFLINE: OfflineAuthor()}, [OFFLINE_MODEL], breakers, open_step, now=now)
