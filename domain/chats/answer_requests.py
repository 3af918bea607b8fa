"""Answer requests: what a language model is asked for in a chat, from its topic and its turns and from nothing else."""

from collections.abc import Sequence
from typing import Any

from domain.accounts.users import Role
from domain.ai import tokens
from domain.ai.requests import AiRequest, OutputShape, Purpose, Speaker, Turn
from domain.chats import answer_texts
from domain.chats.chat_messages import ChatMessage, EarlierTurn
from domain.chats.chats import LONGEST_TITLE, Chat

MOST_TURNS = 40
"""How many earlier questions an answer may follow from."""
TURN_TOKENS = 8_000
"""About how many tokens the earlier turns may have together; the oldest are left out."""
LONGEST_TURN = 4_000
"""How many characters of an earlier answer are sent again."""
ANSWER_TOKENS = 2_000
LONGEST_SUGGESTION = 200
MOST_SUGGESTIONS = 4
_EXCERPT = 1_500
_TITLE_TOKENS = 40
_SUGGESTION_TOKENS = 400
_ANYTHING = "anything"


def answer_request(
    chat: Chat,
    message: ChatMessage,
    earlier: Sequence[EarlierTurn],
    roles: frozenset[Role],
    *,
    material: str | None = None,
) -> AiRequest:
    """Return the request for an answer; `earlier` are the turns before it, the latest first.

    `material` is a text that the questions are about, beside the topic.
    """
    topic = chat.topic or _ANYTHING
    return AiRequest(
        caller_id=chat.user_id,
        roles=roles,
        purpose=Purpose.CHAT,
        prompt="chat",
        longest=ANSWER_TOKENS,
        quoted={
            "topic": topic if material is None else f"{topic}\n\n{material}",
            "question": message.question,
        },
        turns=turns_within(earlier, TURN_TOKENS),
    )


def turns_within(earlier: Sequence[EarlierTurn], most: int) -> list[Turn]:
    """Return the latest turns that have `most` tokens together, oldest first; a question stays with its answer."""
    turns: list[Turn] = []
    for turn in earlier:
        answer = turn.answer[:LONGEST_TURN]
        most -= tokens.estimated(turn.question) + tokens.estimated(answer)
        if most < 0:
            break
        turns += [
            Turn(speaker=Speaker.AUTHOR, text=answer),
            Turn(speaker=Speaker.LEARNER, text=turn.question),
        ]
    return turns[::-1]


def title_request(chat: Chat, message: ChatMessage, roles: frozenset[Role]) -> AiRequest:
    """Return the request for the title of a chat."""
    about = f"{chat.topic}: {message.question}" if chat.topic else message.question
    return AiRequest(
        caller_id=chat.user_id,
        roles=roles,
        purpose=Purpose.TITLE,
        prompt="title",
        longest=_TITLE_TOKENS,
        quoted={"text": about[:_EXCERPT]},
    )


def title_of(written: str) -> str:
    """Return a title that was made, as one line of at most 120 characters; it may be empty."""
    return answer_texts.one_line(written, longest=LONGEST_TITLE)


def suggestion_request(chat: Chat, message: ChatMessage, roles: frozenset[Role]) -> AiRequest:
    """Return the request for questions that may follow an answer."""
    return AiRequest(
        caller_id=chat.user_id,
        roles=roles,
        purpose=Purpose.SUGGESTIONS,
        prompt="suggestions",
        longest=_SUGGESTION_TOKENS,
        quoted={
            "topic": chat.topic or _ANYTHING,
            "question": message.question[:_EXCERPT],
            "answer": message.answer[:_EXCERPT],
        },
    )


def _read_suggestions(given: Any) -> list[str]:
    questions = given.get("questions") if isinstance(given, dict) else None
    if not isinstance(questions, list) or not all(isinstance(each, str) for each in questions):
        raise ValueError("the answer must be an object whose `questions` is a list of texts")
    lines = [answer_texts.one_line(each, longest=LONGEST_SUGGESTION) for each in questions]
    return list(dict.fromkeys(line for line in lines if line))[:MOST_SUGGESTIONS]


def _check_suggestions(questions: list[str]) -> list[str]:
    return [] if questions else ["`questions` must hold at least one question"]


SUGGESTIONS: OutputShape[list[str]] = OutputShape(
    read=_read_suggestions,
    schema={
        "type": "object",
        "properties": {
            "questions": {
                "type": "array",
                "items": {"type": "string", "maxLength": LONGEST_SUGGESTION},
                "minItems": 1,
                "maxItems": MOST_SUGGESTIONS,
            }
        },
        "required": ["questions"],
        "additionalProperties": False,
    },
    check=_check_suggestions,
)
"""One to four questions, each one line of at most 200 characters."""
