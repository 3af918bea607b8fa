"""Scenes in which language models are asked: each purpose by the feature that has it, with secrets close by."""

from collections.abc import Awaitable, Callable

from domain.accounts import api_keys
from domain.ai.requests import Purpose, Speaker, Turn
from domain.chats import chat_jobs
from tests.support.ai_calls import ANYTHING, TEXTS, a_request
from tests.support.chats import an_explorer, run_answer, run_following
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


async def a_chat_full_of_secrets(ask: Asker) -> list[str]:
    """Ask twice in a chat with an address and a key in its topic and questions, and make title and suggestions."""
    explorer = await an_explorer(ask)
    email = await address_of(ask, explorer.viewer)
    key = api_keys.composed(ask.ports.randomness)
    message = await explorer.asked(f"Why is {key} the key of {email}?", topic=f"Keys of {email}")
    await run_answer(ask, message["id"])
    for kind in (chat_jobs.ENTITLE, chat_jobs.SUGGEST):
        await run_following(ask, kind.name, message["id"])
    second = await explorer.question(message["chat"]["id"], f"And {key}?")
    await run_answer(ask, second["message"]["id"])
    return [email, key]


SCENES: list[Scene] = [texts_full_of_secrets, a_chat_full_of_secrets]
"""Each feature that asks a language model adds its scene."""
