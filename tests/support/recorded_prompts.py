"""Recorded prompts: all that an assistant of tests sends to a provider, in front of the offline author."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.ai.providers import ModelProvider, ProviderCall
from tests.support.schema_client import Asker


@dataclass
class RecordingProvider:
    """A provider that keeps what it is sent, and passes it on."""

    behind: ModelProvider
    calls: list[ProviderCall] = field(default_factory=list)

    def pieces(self, call: ProviderCall, model: str) -> AsyncGenerator[Any, None]:
        self.calls.append(call)
        return self.behind.pieces(call, model)

    @property
    def text(self) -> str:
        """All texts that were ever sent."""
        return "\n".join(text for call in self.calls for text in call.texts)


def recording(ask: Asker) -> RecordingProvider:
    """Put a recording provider before the one of the assistant, and return it."""
    assistant: Any = ask.ports.assistant
    ((name, provider),) = assistant.chain.providers.items()
    recorder = RecordingProvider(provider)
    ask.ports.assistant = replace(assistant, chain=replace(assistant.chain, providers={name: recorder}))
    return recorder
