"""The author that needs no language model: an answer for each purpose, the same for the same request."""

import pytest

from domain.accounts.users import Role
from domain.ai.assistants import CallUsage
from domain.ai.errors import AiOutputRefusedError, UnknownModelError
from domain.ai.requests import AiRequest, OutputShape, Purpose
from domain.ids import UserId
from gateway.ai import prompt_files
from gateway.ai.chained_assistant import ChainedAssistant
from gateway.ai.offline_author import OfflineAuthor
from tests.builders import mint

VALUES = {"level": "BEGINNER", "hours": 4, "count": 3, "difficulty": "EASY", "kinds": "SINGLE_CHOICE"}
VALUES |= {"domains": "general", "variant": 0}
TEXT = "A list holds values in order. A dictionary finds a value by its key. A set holds each value once."
TEXTUAL = {Purpose.EXPLANATION, Purpose.CHAT, Purpose.TITLE}
ANYTHING = OutputShape(read=lambda value: value, schema={"type": "object"})


def assistant() -> ChainedAssistant:
    return ChainedAssistant(OfflineAuthor(), prompt_files.shipped(), mint=mint)


def request(purpose: Purpose, **others) -> AiRequest:
    prompt = prompt_files.shipped()[purpose.value.lower()]
    return AiRequest(
        caller_id=UserId(mint("user")),
        roles=frozenset({Role.LEARNER}),
        purpose=purpose,
        prompt=prompt.name,
        longest=1_000,
        values={name: VALUES[name] for name in prompt.values},
        quoted=dict.fromkeys(prompt.quoted, TEXT),
        **others,
    )


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose not in TEXTUAL])
async def test_structured_answers_are_the_same_for_the_same_request(purpose: Purpose) -> None:
    once = await assistant().write(request(purpose), ANYTHING)

    assert once.value == (await assistant().write(request(purpose), ANYTHING)).value
    assert all(once.value.values())
    assert once.tokens_in > 0 < once.tokens_out


@pytest.mark.parametrize("purpose", TEXTUAL)
async def test_texts_come_in_pieces(purpose: Purpose) -> None:
    whole = await assistant().text(request(purpose))

    *pieces, usage = [piece async for piece in assistant().stream(request(purpose))]

    assert "".join(pieces) == whole.value
    assert len(pieces) > 1
    assert isinstance(usage, CallUsage)


async def test_the_keys_of_questions_are_words_of_the_text() -> None:
    written = await assistant().write(request(Purpose.QUIZ), ANYTHING)

    questions = written.value["questions"]
    assert len(questions) == VALUES["count"]
    for question in questions:
        (key,) = [option["text"] for option in question["options"] if option["correct"]]
        assert question["prompt"].split("\n\n")[1].replace("____", key) in TEXT


async def test_an_answer_of_the_wrong_shape_is_refused_with_the_findings() -> None:
    shape = OutputShape(read=lambda value: value, schema={}, check=lambda _: ["too short"])

    with pytest.raises(AiOutputRefusedError) as refused:
        await assistant().write(request(Purpose.TOPICS), shape)

    assert refused.value.findings == ["too short"]


async def test_a_model_that_is_not_offered_is_refused() -> None:
    with pytest.raises(UnknownModelError):
        await assistant().text(request(Purpose.CHAT, model="another"))
