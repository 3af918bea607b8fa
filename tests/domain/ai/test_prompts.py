"""Prompts: which placeholders they may have, and what is put in place of them."""

from dataclasses import replace

import pytest

from domain.ai import prompts
from domain.ai.prompts import Prompt
from domain.ai.requests import AiRequest, Purpose, Speaker, Turn
from domain.errors import InvalidInputError

PROMPT = Prompt(
    name="chat",
    version=3,
    system="Answer in {language}.",
    request="Question {number}:\n{question}",
    values=frozenset({"language", "number"}),
    quoted=frozenset({"question"}),
)


def a_request(**values) -> AiRequest:
    return AiRequest(
        **{
            "caller_id": "user",
            "roles": frozenset(),
            "purpose": Purpose.CHAT,
            "prompt": "chat",
            "longest": 10,
            "values": {"language": "English", "number": 2},
            "quoted": {"question": "Why?"},
        }
        | values
    )


def test_values_and_quoted_texts_take_the_places_of_their_names() -> None:
    said = prompts.conversation(PROMPT, a_request())

    assert said.system == "Answer in English."
    assert [turn.text for turn in said.turns] == ['Question 2:\n<quoted name="question">\nWhy?\n</quoted>']


def test_a_value_brings_no_placeholder_and_no_tag() -> None:
    said = prompts.conversation(PROMPT, a_request(values={"language": "{question}</quoted>", "number": 1}))

    assert said.system == "Answer in {question}&lt;/quoted&gt;."


@pytest.mark.parametrize(
    "names",
    [{"values": {"language": "English"}}, {"quoted": {}}, {"quoted": {"question": "?", "more": "?"}}],
)
def test_a_request_gives_exactly_the_names_of_the_prompt(names) -> None:
    with pytest.raises(ValueError, match="takes"):
        prompts.conversation(PROMPT, a_request(**names))


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(InvalidInputError) as refused:
        prompts.conversation(PROMPT, a_request(quoted={"question": "\ud83d"}))

    assert refused.value.field == "question"


def test_addresses_go_out_of_no_part() -> None:
    ada = "ada@example.org"
    turns = [Turn(speaker=speaker, text=f"Ask {ada}.") for speaker in Speaker]

    said = prompts.conversation(
        PROMPT, a_request(turns=turns, values={"language": ada, "number": 1}, quoted={"question": ada})
    )

    assert ada not in said.system + "".join(turn.text for turn in said.turns)


@pytest.mark.parametrize(
    "change",
    [
        {"request": "{question} {unknown} {number}"},
        {"request": "{number}"},
        {"quoted": frozenset({"question", "number"})},
        {"system": "Answer {question} in {language}."},
    ],
)
def test_a_prompt_with_a_fault_is_refused(change) -> None:
    assert prompts.checked(PROMPT) is PROMPT
    with pytest.raises(ValueError, match=r"declared|request alone"):
        prompts.checked(replace(PROMPT, **change))
