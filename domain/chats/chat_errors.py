"""Refusals of explore chats."""

from domain.errors import DomainError


class AnswerInProgressError(DomainError):
    """The chat has an answer that is not ended."""

    code = "ANSWER_IN_PROGRESS"


class AnswerEndedError(DomainError):
    """The answer is ended."""

    code = "ANSWER_ENDED"


class TooManyChatsError(DomainError):
    """The learner has as many chats as are allowed."""

    code = "TOO_MANY_CHATS"


class ChatFullError(DomainError):
    """The chat has as many messages as are allowed."""

    code = "CHAT_FULL"


def answer_in_progress() -> AnswerInProgressError:
    """Return the refusal of a second question while the first is being answered."""
    return AnswerInProgressError(
        "The last question of this chat is being answered; wait for its end, or cancel it with cancelChatAnswer.",
        field="chatId",
    )
