"""What a language model is asked for: the latest turns within a number of tokens, each question with its answer."""

import pytest

from domain.ai import tokens
from domain.ai.requests import Speaker
from domain.chats.answer_requests import (
    LONGEST_SUGGESTION,
    MOST_SUGGESTIONS,
    SUGGESTIONS,
    TURN_TOKENS,
    turns_within,
)
from domain.chats.chat_messages import LONGEST_ANSWER, LONGEST_QUESTION, EarlierTurn


def test_the_oldest_turns_are_left_out() -> None:
    earlier = [EarlierTurn(question=f"{n} " + "q" * 28, answer="a" * 30) for n in (3, 2, 1)]

    turns = turns_within(earlier, 45)

    assert [turn.speaker for turn in turns] == [Speaker.LEARNER, Speaker.AUTHOR] * 2
    assert [turn.text[0] for turn in turns[::2]] == ["2", "3"]
    assert sum(tokens.estimated(turn.text) for turn in turns) <= 45


@pytest.mark.parametrize("letter", ["a", "木"])
def test_the_latest_turn_always_fits(letter: str) -> None:
    longest = EarlierTurn(question=letter * LONGEST_QUESTION, answer=letter * LONGEST_ANSWER)

    turns = turns_within([longest, longest], TURN_TOKENS)

    assert 2 <= len(turns) <= 4
    assert sum(tokens.estimated(turn.text) for turn in turns) <= TURN_TOKENS


@pytest.mark.parametrize("given", [None, [], {}, {"questions": "Why?"}, {"questions": [1]}])
def test_suggestions_of_another_shape_are_refused(given: object) -> None:
    with pytest.raises(ValueError, match="questions"):
        SUGGESTIONS.read(given)


def test_suggestions_are_few_short_lines() -> None:
    read = SUGGESTIONS.read({"questions": ["Why\nso?", "Why so?", "x" * 500, "", *"abcdef"]})

    assert read[0] == "Why so?"
    assert len(read) == MOST_SUGGESTIONS
    assert all(len(question) <= LONGEST_SUGGESTION for question in read)
    assert SUGGESTIONS.check([]) == ["`questions` must hold at least one question"]
