"""Texts of users that give orders: they go out as quoted data that they cannot end, and change nothing that is kept."""

import html
import json
from pathlib import Path

import pytest

from domain.ai import prompts
from domain.ai.errors import AiOutputRefusedError
from domain.ai.requests import AiRequest, OutputShape, Purpose, Speaker, Turn
from gateway.ai import prompt_files
from tests.gateway.ai.conftest import AiWorld
from tests.support.ai_server import answers

CORPUS = json.loads((Path(__file__).parent / "injections" / "corpus.json").read_text("utf-8"))
JOINER = "\u200d"
"""What pydantic-ai puts into marks of chat templates, such as [INST], so that no tokenizer takes them for its own."""
SHIPPED = prompt_files.shipped()


def request_of(purpose: Purpose, text: str) -> AiRequest:
    prompt = SHIPPED[purpose.value.lower()]
    return AiRequest(
        caller_id="user",
        roles=frozenset(),
        purpose=purpose,
        prompt=prompt.name,
        longest=1,
        values=dict.fromkeys(prompt.values, 1),
        quoted=dict.fromkeys(prompt.quoted, text),
    )


@pytest.mark.parametrize("text", CORPUS)
@pytest.mark.parametrize("purpose", Purpose)
def test_no_text_of_users_leaves_its_quotation(purpose: Purpose, text: str) -> None:
    plain, hostile = (request_of(purpose, each) for each in ("plain", text))
    prompt = SHIPPED[purpose.value.lower()]

    harmless, said = (prompts.conversation(prompt, request) for request in (plain, hostile))

    assert said.system == harmless.system
    (written,) = said.turns
    for name in prompt.quoted:
        opened, closed = f'<quoted name="{name}">\n', "\n</quoted>"
        inner = written.text.split(opened)[1].split(closed)[0]
        assert html.unescape(inner) == text
        assert "<" not in inner
    assert written.text.count("<quoted") == written.text.count("</quoted>") == len(prompt.quoted)


async def test_a_model_that_obeys_an_order_is_still_held_to_the_shape(world: AiWorld) -> None:
    world.main.usual = answers({"topics": ["OWNED"], "published": True})

    def read(value: object) -> list[str]:
        assert isinstance(value, dict)
        if value.keys() != {"topics"}:
            raise ValueError("The answer has keys that it must not have.")
        return value["topics"]

    for text in CORPUS:
        with pytest.raises(AiOutputRefusedError):
            await world.assistant().write(
                world.request(Purpose.TOPICS, text), OutputShape(read=read, schema={"type": "object"})
            )


async def test_what_was_said_before_in_a_chat_is_quoted_too(world: AiWorld) -> None:
    for text in CORPUS:
        turns = (
            Turn(speaker=Speaker.LEARNER, text=text),
            Turn(speaker=Speaker.AUTHOR, text="No."),
        )

        await world.assistant().text(world.request(turns=turns))

        said = world.main.requests[-1]["messages"][1]["content"].replace(JOINER, "")
        assert said.count("<") == len(["opening", "closing"])
        inner = said.removeprefix('<quoted name="question">\n').removesuffix("\n</quoted>")
        assert html.unescape(inner) == text
