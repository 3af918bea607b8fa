"""Calls of language models that tests need: of every outcome, for every purpose, by the offline author."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.accounts.users import Viewer
from domain.ai import calls
from domain.ai.calls import AiCallStatus
from domain.ai.errors import AiOutputRefusedError, AiUnavailableError
from domain.ai.requests import AiRequest, OutputShape, Purpose
from domain.ids import AiCallId
from domain.unit_of_work import Meter
from gateway.ai import prompt_files
from gateway.ai.providers import ProviderFailedError
from tests.builders.ai import PLENTY, a_call
from tests.support.jobs import an_operator
from tests.support.list_fields import ListPaths
from tests.support.schema_client import Asker
from tests.support.seen_fields import WatchingAsker, everything

ANYTHING = OutputShape(read=lambda value: value, schema={"type": "object"})
REFUSED = OutputShape(
    read=lambda value: value, schema={"type": "object"}, check=lambda _: ["A test says no."]
)
TEXTS = {Purpose.EXPLANATION, Purpose.CHAT, Purpose.TITLE}
"""The purposes whose answers are Markdown."""


def a_request(viewer: Viewer, purpose: Purpose = Purpose.CHAT, **values: Any) -> AiRequest:
    """Return a request with a word for each placeholder of the prompt."""
    prompt = prompt_files.shipped()[purpose.value.lower()]
    return AiRequest(
        **{
            "caller_id": viewer.user_id,
            "roles": viewer.roles,
            "purpose": purpose,
            "prompt": prompt.name,
            "longest": 200,
            "values": dict.fromkeys(prompt.values, "plain"),
            "quoted": dict.fromkeys(prompt.quoted, "A list holds values in order."),
        }
        | values
    )


async def called(ask: Asker, viewer: Viewer, purpose: Purpose = Purpose.CHAT) -> AiCallId:
    """Ask for something, and return the call."""
    request = a_request(viewer, purpose)
    if purpose in TEXTS:
        return (await ask.ports.assistant.text(request)).call_id
    return (await ask.ports.assistant.write(request, ANYTHING)).call_id


async def called_often(ask: Asker, viewer: Viewer, size: int) -> None:
    """Ask for so many answers."""
    for _ in range(size):
        await called(ask, viewer)


async def of_status(ask: Asker, viewer: Viewer, status: AiCallStatus) -> None:
    """Let a call end so, or run."""
    assistant: Any = ask.ports.assistant
    if status is AiCallStatus.ANSWERED:
        await called(ask, viewer)
    elif status is AiCallStatus.REFUSED:
        await _failed(assistant.write(a_request(viewer, Purpose.TOPICS), REFUSED), AiOutputRefusedError)
    elif status is AiCallStatus.UNAVAILABLE:
        broken = _without_providers(ask)
        await _failed(broken.text(a_request(viewer, Purpose.CHAT)), AiUnavailableError)
    elif status is AiCallStatus.CANCELLED:
        stream = assistant.stream(a_request(viewer))
        await anext(stream)
        await stream.aclose()
    else:
        caller_id, began = viewer.user_id, ask.clock()
        if status is AiCallStatus.LOST:  # of another learner, whose pace allows a request of two hours ago
            _, other = await ask.learner()
            caller_id, began = other.user_id, began - timedelta(hours=2)
        async with ask.postgres.open_work(Meter()) as work:
            await calls.reserve(work, a_call(caller_id, started_at=began), PLENTY)
            await calls.tidy(work, now=ask.clock())


async def of_status_filter(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Make a call of each outcome, and return what the filter of each finds."""
    _, viewer = await ask.learner()
    for value in values:
        await of_status(ask, viewer, AiCallStatus(value))
    text = "query ($s: AiCallStatus) { aiCalls(status: $s) { nodes { status } } }"
    return await _filtered(ask, text, values, "status")


async def of_purpose_filter(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Ask for each purpose, and return what the filter of each finds."""
    _, viewer = await ask.learner()
    for value in values:
        await called(ask, viewer, Purpose(value))
    text = "query ($s: AiPurpose) { aiCalls(purpose: $s) { nodes { purpose } } }"
    return await _filtered(ask, text, values, "purpose")


async def calls_of_every_outcome(ask: WatchingAsker) -> None:
    """Make a call of every outcome and for every purpose, and read all that operators and callers see of it."""
    _, viewer = await ask.learner()
    for status in AiCallStatus:
        await of_status(ask, viewer, status)
    for purpose in Purpose:
        await called(ask, viewer, purpose)
    none = ListPaths({})
    await ask.data(f"{{ viewer {{ aiUsage {everything('AiUsage', 2, none)} }} }}", viewer)
    await ask.data(f"{{ aiModels {everything('AiModel', 2, none)} }}", viewer)
    operator = await an_operator(ask)
    await ask.data(f"{{ aiCalls(first: 50) {everything('AiCallConnection', 3, none)} }}", operator)


EFFECTS = {
    "Query.aiCalls(status:) AiCallStatus": of_status_filter,
    "Query.aiCalls(purpose:) AiPurpose": of_purpose_filter,
}


class BrokenProvider:
    """A provider that answers nothing."""

    async def pieces(self, call: Any, model: str) -> Any:
        raise ProviderFailedError("A provider of a test answers nothing.")
        yield  # makes it a generator


def _without_providers(ask: Asker) -> Any:
    """Return the assistant with such a provider."""
    assistant: Any = ask.ports.assistant
    chain = replace(assistant.chain, providers=dict.fromkeys(assistant.chain.providers, BrokenProvider()))
    return replace(assistant, chain=replace(chain, patience=replace(chain.patience, tries=1)))


async def _failed(awaited: Any, expected: type[Exception]) -> None:
    try:
        await awaited
    except expected:
        return
    raise AssertionError(f"no {expected.__name__}")


async def _filtered(ask: Asker, text: str, values: Sequence[str], field: str) -> list[Any]:
    operator = await an_operator(ask)
    found = [(await ask.data(text, operator, s=value))["aiCalls"]["nodes"] for value in values]
    assert found == [[{field: value}] for value in values]
    return found
