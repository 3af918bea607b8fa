"""Scenes in which language models are asked: each purpose by the feature that has it, with secrets close by."""

from collections.abc import Awaitable, Callable

from domain.accounts import api_keys
from domain.ai.requests import Purpose, Speaker, Turn
from tests.support.ai_calls import ANYTHING, TEXTS, a_request
from tests.support.schema_client import Asker
from tests.support.suppressions import address_of

Scene = Callable[[Asker], Awaitable[list[str]]]
"""Lets a feature ask for something, and returns the secrets that were close by."""


async def texts_full_of_secrets(ask: Asker) -> list[str]:
    """Ask for every purpose with texts in which a learner has written an address and a key."""
    _, viewer = await ask.learner()
    email = await address_of(ask, viewer)
    key = api_keys.composed(ask.ports.randomness)
    text = f"I am {email}, and my key is {key}."
    for purpose in Purpose:
        request = a_request(
            viewer,
            purpose,
            turns=[Turn(speaker=speaker, text=text) for speaker in (Speaker.LEARNER, Speaker.AUTHOR)],
        )
        request.quoted = dict.fromkeys(request.quoted, text)
        if purpose in TEXTS:
            await ask.ports.assistant.text(request)
        else:
            await ask.ports.assistant.write(request, ANYTHING)
    return [email, key]


SCENES: list[Scene] = [texts_full_of_secrets]
"""Each feature that asks a language model adds its scene."""
