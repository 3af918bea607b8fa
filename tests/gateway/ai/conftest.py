"""Two servers that speak like providers, and an assistant that asks them over HTTP."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from domain.accounts.users import Role
from domain.ai.calls import AiCall, AiCallFilter
from domain.ai.models import Model
from domain.ai.quotas import AiQuotas
from domain.ai.requests import AiRequest, Purpose
from domain.ids import UserId
from domain.paging import Window
from domain.unit_of_work import Meter
from gateway.ai import network_providers, prompt_files
from gateway.ai.chained_assistant import ChainedAssistant
from gateway.ai.network_providers import NetworkProvider
from gateway.ai.provider_chain import Patience
from tests.builders.ai import a_model
from tests.support import ai_server
from tests.support.ai_server import AiServer
from tests.support.assistants import PLENTY, assistant_of
from tests.support.schema_client import Asker

VALUES = {"level": "beginner", "hours": 4, "count": 3, "difficulty": "EASY", "kinds": "SINGLE_CHOICE"}
PATIENT = Patience(timeout_s=60, silence_s=30, tries=2, pause_s=0.01)


@dataclass
class AiWorld:
    """Two providers, `main` like OpenAI and `second` like Anthropic, their models, and a learner who asks."""

    ask: Asker
    main: AiServer
    second: AiServer
    providers: dict[str, NetworkProvider]
    learner_id: UserId
    models: Sequence[Model] = (
        a_model("first"),
        a_model("other", provider="second"),
        a_model("claude-sonnet-5", provider="second"),
    )

    def assistant(
        self, *, quotas: AiQuotas = PLENTY, patience: Patience = PATIENT, models: Sequence[Model] = ()
    ) -> ChainedAssistant:
        return assistant_of(
            self.providers,
            models or self.models,
            self.ask.ports.breakers,
            self.ask.ports.open_step,
            now=self.ask.clock,
            quotas=quotas,
            patience=patience,
        )

    def request(self, purpose: Purpose = Purpose.CHAT, text: str = "What is a list?", **values) -> AiRequest:
        prompt = prompt_files.shipped()[purpose.value.lower()]
        return AiRequest(
            **{
                "caller_id": self.learner_id,
                "roles": frozenset({Role.LEARNER}),
                "purpose": purpose,
                "prompt": prompt.name,
                "longest": 500,
                "values": {name: VALUES.get(name, name) for name in prompt.values},
                "quoted": dict.fromkeys(prompt.quoted, text),
            }
            | values
        )

    async def calls(self) -> list[AiCall]:
        """Return the stored calls, oldest first."""
        async with self.ask.ports.open_reads(Meter()) as reads:
            page = await reads.ai_calls.page(AiCallFilter(), Window(size=100))
        return [edge.node for edge in page.edges][::-1]


@pytest.fixture
async def world(ask: Asker) -> AsyncIterator[AiWorld]:
    async with AsyncExitStack() as stack:
        main = await stack.enter_async_context(ai_server.running())
        second = await stack.enter_async_context(ai_server.running())
        providers = {
            "main": await stack.enter_async_context(
                network_providers.opened("main", "openai", main.url, "key-of-main", silence_s=5)
            ),
            "second": await stack.enter_async_context(
                network_providers.opened(
                    "second", "anthropic", second.url.removesuffix("/v1"), "key-of-second", silence_s=5
                )
            ),
        }
        user, _ = await ask.learner()
        yield AiWorld(ask, main, second, providers, user.id)
