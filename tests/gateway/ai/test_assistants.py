"""Opening of the assistant from settings: a provider over HTTP, and no library of providers without one."""

import subprocess
import sys

from domain.ai.calls import AiCallFilter
from domain.paging import Window
from domain.unit_of_work import Meter
from gateway.ai import assistants
from gateway.settings.environment import Settings
from tests.builders import mint
from tests.support import ai_server
from tests.support.ai_calls import a_request
from tests.support.schema_client import Asker

MODEL = '[{"name": "m/small:8b", "provider": "own", "input": 1, "output": 2, "context": 10000}]'


async def test_the_providers_of_the_settings_answer(ask: Asker) -> None:
    _, viewer = await ask.learner()
    async with ai_server.running() as server:
        settings = Settings(ai_providers=f"own=openai+{server.url}", ai_keys="own=the-key", ai_models=MODEL)
        async with assistants.opened(
            settings, ask.ports.breakers, ask.ports.open_step, now=ask.clock, mint=mint
        ) as assistant:
            written = await assistant.text(a_request(viewer))

    assert (written.value, written.model, written.cost) == (server.usual.text, "m/small:8b", 140)
    assert server.keys == ["Bearer the-key"]
    assert "the-key" not in server.prompts
    async with ask.ports.open_reads(Meter()) as reads:
        (edge,) = (await reads.ai_calls.page(AiCallFilter(), Window(size=2))).edges
    assert edge.node.provider == "own"


def test_a_process_without_a_provider_loads_no_library_of_providers() -> None:
    code = "import sys, gateway.app; print({'pydantic_ai', 'openai', 'anthropic'} & sys.modules.keys())"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
