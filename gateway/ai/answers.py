"""What language models answered: what is read of them, what is asked once more, and what is handed on."""

import json
from dataclasses import replace
from typing import TypeVar

from domain.ai.assistants import CallUsage, Written
from domain.ai.prompts import Conversation
from domain.ai.requests import OutputShape, Speaker, Turn
from gateway.ai.providers import ProviderCall

T = TypeVar("T")
MOST_FINDINGS = 20
"""How many findings the model reads."""
_FENCE = "```"


def judged(text: str, shape: OutputShape[T]) -> tuple[tuple[T] | None, list[str]]:
    """Return the value in a tuple of its own, or the findings."""
    try:
        given = json.loads(_without_fence(text))
    except (ValueError, RecursionError):
        return None, ["The answer is not JSON."]
    try:
        value = shape.read(given)
    except ValueError as error:
        return None, [str(error)]
    findings = shape.check(value)
    return (None if findings else (value,)), findings


def with_findings(call: ProviderCall, answer: str, findings: list[str]) -> ProviderCall:
    """Return the call that asks once more, with the answer that was refused and why."""
    told = "\n".join(f"- {finding}" for finding in findings[:MOST_FINDINGS])
    said = f"Your answer was refused. Answer once more, and correct this:\n{told}"
    turns = (
        *call.conversation.turns,
        Turn(speaker=Speaker.AUTHOR, text=answer),
        Turn(speaker=Speaker.LEARNER, text=said),
    )
    return replace(call, conversation=Conversation(system=call.conversation.system, turns=turns))


def written(value: T, usage: CallUsage) -> Written[T]:
    """Return a value with what it used."""
    return Written(
        value=value,
        call_id=usage.call_id,
        model=usage.model,
        prompt_version=usage.prompt_version,
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
        cost=usage.cost,
    )


def _without_fence(text: str) -> str:
    """Return what stands in a fence of Markdown, into which many models put their JSON."""
    inner = text.strip()
    if inner.startswith(_FENCE) and inner.endswith(_FENCE) and "\n" in inner:
        inner = inner[inner.index("\n") : -len(_FENCE)]
    return inner
